import { describe, expect, it } from '@jest/globals';
import { NewsWatch } from './news-watch.js';
import { troubleAfter } from './trouble.js';

/** A watch after a failure at a moment of the monotonic clock; `look` asks it at another. */
function watching({ failedAt = 1_000, answer = async () => true } = {}) {
  const asked: number[] = [];
  let now = failedAt;
  const watch = new NewsWatch({
    obtain: () => Promise.reject(new Error('not asked for')),
    hasNews: () => {
      asked.push(now);
      return answer();
    },
  });
  const moment = (monotonic: number) => ({ wall: 1_000_000 + monotonic, monotonic });
  const trouble = troubleAfter({
    failure: { kind: 'credentials_rejected', what: 'It failed' },
    previous: undefined,
    now: moment(failedAt),
    startedAt: failedAt,
    lastLifeMs: undefined,
    random: 0,
  });
  const look = (monotonic: number) => {
    now = monotonic;
    return watch.hasNews(trouble, moment(monotonic), undefined);
  };
  return { asked, look };
}

describe('the watch for news during a cool-down', () => {
  it('asks for the first time 5 s after the failure', async () => {
    const { asked, look } = watching({ failedAt: 1_000 });
    expect(await look(5_999)).toBe(false);
    expect(await look(6_000)).toBe(true);
    expect(asked).toEqual([6_000]);
  });

  it('asks again 5 s after it last did', async () => {
    const { asked, look } = watching({ failedAt: 1_000, answer: async () => false });
    for (const moment of [8_000, 12_999, 13_000, 13_001]) expect(await look(moment)).toBe(false);
    expect(asked).toEqual([8_000, 13_000]);
  });

  it('does so whatever moment the monotonic clock started from', async () => {
    expect(await watching({ failedAt: -100_000 }).look(-95_000)).toBe(true);
  });

  it('takes a source that fails for one without news', async () => {
    const { look } = watching({ answer: () => Promise.reject(new Error('the vault is sealed')) });
    expect(await look(10_000)).toBe(false);
  });
});
