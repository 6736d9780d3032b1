import { describe, expect, it } from '@jest/globals';
import { CredentialsWatch } from './credentials-watch.js';
import type { TokenFailureKind } from './error-kind.js';
import { troubleAfter } from './trouble.js';

/** A watch over credentials that were refused at a moment of the monotonic clock; `look` asks it at another. */
function watching({
  kind = 'credentials_rejected' as TokenFailureKind,
  refusedAt = 1_000,
  answer = async () => true,
} = {}) {
  const asked: number[] = [];
  let now = refusedAt;
  const watch = new CredentialsWatch({
    obtain: () => Promise.reject(new Error('not asked for')),
    hasNewCredentials: () => {
      asked.push(now);
      return answer();
    },
  });
  const moment = (monotonic: number) => ({ wall: 1_000_000 + monotonic, monotonic });
  const trouble = troubleAfter({
    failure: { kind, what: 'It failed' },
    previous: undefined,
    now: moment(refusedAt),
    startedAt: refusedAt,
    lastLifeMs: undefined,
    random: 0,
  });
  const look = (monotonic: number) => {
    now = monotonic;
    return watch.hasNewPair(trouble, moment(monotonic));
  };
  return { asked, look };
}

describe('the watch over refused credentials', () => {
  it.each(['credentials_rejected', 'forbidden'] as const)('asks for others after %s', async (kind) => {
    expect(await watching({ kind }).look(10_000)).toBe(true);
  });

  it.each(['request_rejected', 'server_error', 'credentials_unavailable', 'edge_blocked'] as const)(
    'does not after %s, which others would not mend',
    async (kind) => {
      const { asked, look } = watching({ kind });
      expect(await look(10_000)).toBe(false);
      expect(asked).toEqual([]);
    },
  );

  it('asks for the first time 5 s after the refusal', async () => {
    const { asked, look } = watching({ refusedAt: 1_000 });
    expect(await look(5_999)).toBe(false);
    expect(await look(6_000)).toBe(true);
    expect(asked).toEqual([6_000]);
  });

  it('asks again 5 s after it last did', async () => {
    const { asked, look } = watching({ refusedAt: 1_000, answer: async () => false });
    for (const moment of [8_000, 12_999, 13_000, 13_001]) expect(await look(moment)).toBe(false);
    expect(asked).toEqual([8_000, 13_000]);
  });

  it('does so whatever moment the monotonic clock started from', async () => {
    expect(await watching({ refusedAt: -100_000 }).look(-95_000)).toBe(true);
  });

  it('takes a source that fails for one without news', async () => {
    const { look } = watching({ answer: () => Promise.reject(new Error('the vault is sealed')) });
    expect(await look(10_000)).toBe(false);
  });
});
