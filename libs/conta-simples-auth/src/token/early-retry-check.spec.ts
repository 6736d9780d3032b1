import { describe, expect, it } from '@jest/globals';
import { EarlyRetryCheck, earlyRetryCheckDueInMs } from './early-retry-check.js';
import { failureStateAfter } from './failure-state.js';

/** A check after a failure at a moment of the monotonic clock; `ask` resolves with whether it led to a retry. */
function checking({ failedAt = 1_000, answer = async () => true } = {}) {
  const asked: number[] = [];
  let now = failedAt;
  const source = {
    obtain: () => Promise.reject(new Error('not asked for')),
    canRetryEarly: () => {
      asked.push(now);
      return answer();
    },
  };
  let check: EarlyRetryCheck | undefined;
  const moment = (monotonic: number) => ({ wall: 1_000_000 + monotonic, monotonic });
  const failed = failureStateAfter({
    failure: { kind: 'credentials_rejected', what: 'It failed' },
    previous: undefined,
    now: moment(failedAt),
    startedAt: failedAt,
    lastLifetimeMs: undefined,
    random: 0,
  });
  // As the keeper runs it.
  const run = (monotonic: number, retry: () => void) => {
    now = monotonic;
    if (earlyRetryCheckDueInMs(failed, check, moment(monotonic)) > 0) return undefined;
    if (!check?.isRunning) {
      const started = new EarlyRetryCheck(monotonic);
      started.done = started.run(source, undefined).then((isWorthwhile) => (isWorthwhile ? retry() : undefined));
      check = started;
    }
    const waitMs = check.callerWaitMs(moment(monotonic));
    return waitMs > 0 ? { done: check.done, waitMs } : undefined;
  };
  const ask = async (monotonic: number) => {
    let isRetried = false;
    await run(monotonic, () => {
      isRetried = true;
    })?.done;
    return isRetried;
  };
  return { asked, ask, run, cancel: () => check?.cancel() };
}

describe('the early retry check during a cool-down', () => {
  it('runs for the first time 5 s after the failure', async () => {
    const { asked, ask } = checking({ failedAt: 1_000 });
    expect(await ask(5_999)).toBe(false);
    expect(await ask(6_000)).toBe(true);
    expect(asked).toEqual([6_000]);
  });

  it('runs again 5 s after it last did', async () => {
    const { asked, ask } = checking({ failedAt: 1_000, answer: async () => false });
    for (const moment of [8_000, 12_999, 13_000, 13_001]) expect(await ask(moment)).toBe(false);
    expect(asked).toEqual([8_000, 13_000]);
  });

  it('runs with any start of the monotonic clock', async () => {
    expect(await checking({ failedAt: -100_000 }).ask(-95_000)).toBe(true);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('the vault is sealed'))],
    [
      'throws',
      () => {
        throw new Error('the vault is sealed');
      },
    ],
  ])('leads to no retry where the source %s', async (_how, answer) => {
    expect(await checking({ answer }).ask(10_000)).toBe(false);
  });

  it('is waited for by callers for 50 ms from its start, however long it takes', async () => {
    const { run, asked } = checking({ answer: () => new Promise(() => {}) });
    const nothing = () => {};
    expect(run(10_000, nothing)?.waitMs).toBe(50);
    expect(run(10_030, nothing)?.waitMs).toBe(20);
    expect(run(10_050, nothing)).toBeUndefined();
    expect(run(90_000, nothing)).toBeUndefined();
    expect(asked).toEqual([10_000]);
  });

  it('leads to no retry after it was cancelled', async () => {
    let end = (_is: boolean) => {};
    const answer = () =>
      new Promise<boolean>((resolve) => {
        end = resolve;
      });
    const { cancel, ask } = checking({ answer });
    const asked = ask(10_000);
    cancel();
    end(true);
    expect(await asked).toBe(false);
  });
});
