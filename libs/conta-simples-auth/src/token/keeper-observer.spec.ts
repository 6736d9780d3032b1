import { describe, expect, it } from '@jest/globals';
import { down, HOUR, KeeperHarness, MINUTE, rejected, SECOND } from '@support/keeper-harness.js';

/** A keeper whose observer counts who waits and who was served while a refresh fails. */
function observed() {
  const seen = { waiting: 0, waited: 0, servedWhileFailing: 0 };
  const observer = {
    callerWaits: () => {
      seen.waiting++;
      seen.waited++;
      return () => seen.waiting--;
    },
    servedWhileFailing: () => seen.servedWhileFailing++,
  };
  const harness = new KeeperHarness({ settings: { observer } });
  return { seen, ...harness, harness, keeper: harness.keeper, clock: harness.clock };
}

describe('an observer', () => {
  it('is called for each caller that waits, and for each end of a wait', async () => {
    const { seen, keeper, clock } = observed();
    const abort = new AbortController();
    const results = Promise.allSettled([
      keeper.get(),
      keeper.get({ signal: abort.signal }),
      keeper.get({ timeoutMs: 20 }),
    ]);
    expect(seen).toMatchObject({ waiting: 3, waited: 3 });
    abort.abort(new Error('gone'));
    expect(seen.waiting).toBe(2);
    await clock.advance(SECOND);
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(seen.waiting).toBe(0);
    await keeper.get();
    expect(seen.waited).toBe(3);
  });

  it('is called for the end of a wait that fails', async () => {
    const { seen, harness, keeper, clock } = observed();
    harness.answer = rejected;
    const result = expect(keeper.get()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    await clock.advance(SECOND);
    await result;
    expect(seen).toMatchObject({ waiting: 0, waited: 1 });
  });

  it('is called for every call while a refresh fails, and of none before or after, when calls need no look again', async () => {
    const { seen, harness, keeper, clock } = observed();
    await harness.warm();
    await keeper.get();
    expect(keeper.current()).toBeDefined();
    harness.answer = down;
    await clock.advance(0.9 * HOUR);
    expect(keeper.status().state).toBe('degraded');
    for (let call = 0; call < 3; call++) {
      expect(keeper.current()).toBeUndefined();
      await keeper.get();
    }
    expect(seen.servedWhileFailing).toBe(3);
    harness.answer = { token: { lifeMs: HOUR } };
    await clock.advance(MINUTE);
    await keeper.get();
    expect(keeper.current()?.token.value).toBe(`token-${harness.requests.length}`);
    expect(seen).toMatchObject({ servedWhileFailing: 3, waiting: 0, waited: 0 });
  });
});
