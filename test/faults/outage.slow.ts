import { describe, expect, it } from '@jest/globals';
import { type Answer, down, KeeperHarness, MINUTE, SECOND, watch } from '@support/keeper-harness.js';

const LIFE = 30 * MINUTE;
const OUTAGE = 2 * MINUTE;
const REQUEST_MS = 100;
/** The least time between two requests of a token that lives so long. */
const FLOOR_MS = 5 * SECOND;
/** The longest pause of the backoff, a hundredth of the life at most. */
const BACKOFF_MS = 15 * SECOND;

interface Case {
  readonly fault: Answer;
  /** From the end of the outage to the new token: an attempt that was under way, a step of the backoff, a request. */
  readonly backWithinMs: number;
  readonly requestsAtMost: number;
}

const often = { requestsAtMost: OUTAGE / FLOOR_MS };

const CASES: Record<string, Case> = {
  'a network fault': {
    fault: { failure: { kind: 'network_error', what: 'The token endpoint was not reached' }, afterMs: 5 },
    backWithinMs: 5 + BACKOFF_MS + REQUEST_MS,
    ...often,
  },
  'timeouts of 5 s': {
    fault: { failure: { kind: 'timeout', what: 'The token endpoint did not answer in time' }, afterMs: 5 * SECOND },
    backWithinMs: 5 * SECOND + BACKOFF_MS + REQUEST_MS,
    ...often,
  },
  503: { fault: down, backWithinMs: REQUEST_MS + BACKOFF_MS + REQUEST_MS, ...often },
  '429 that asks for a minute each time': {
    fault: { failure: { kind: 'rate_limited', what: 'It answered 429', status: 429, retryAfterMs: MINUTE } },
    // A tenth of jitter on top.
    backWithinMs: REQUEST_MS + 1.1 * MINUTE + REQUEST_MS,
    requestsAtMost: OUTAGE / MINUTE,
  },
};

/** Coarse while nothing is due, fine from before the earliest renewal to the end. */
const STARTS = [
  ...Array.from({ length: 11 }, (_unused, index) => index * 2 * MINUTE),
  ...Array.from({ length: 96 }, (_unused, index) => 22 * MINUTE + index * 5 * SECOND),
];
const JITTER = [0, 0.5, 0.999];

/** A token that meets one outage, with a call each second from then until after its end. */
async function live(startsAt: number, fault: Answer, random: number) {
  const harness = new KeeperHarness();
  const { clock, keeper, requests, events } = harness;
  const healthy: Answer = { token: { lifeMs: LIFE }, afterMs: REQUEST_MS };
  clock.nextRandom = random;
  harness.answer = healthy;
  const bornAt = clock.monotonic();
  await harness.warm();
  const from = bornAt + Math.max(2 * SECOND, startsAt);
  const to = from + OUTAGE;
  const until = async (at: number) => clock.advance(at - clock.monotonic());
  let [failed, waited] = [0, 0];
  // What is due at the very moment of a change meets the new state.
  await until(from - 1);
  harness.answer = fault;
  for (let now = from; now < Math.max(to, bornAt + LIFE) + 2 * MINUTE; now += SECOND) {
    await until(now - 1);
    if (now === to) harness.answer = healthy;
    await until(now);
    const call = watch(keeper.get());
    await clock.advance(0);
    if (call.state !== 'resolved') waited++;
    if (call.state === 'rejected') failed++;
  }
  keeper.close();
  const wallAhead = clock.now() - clock.monotonic();
  const hasNoticed = events.some(({ type }) => type === 'refresh_failed');
  const recovered = events.find(({ type }) => type === 'recovered');
  return {
    failed,
    waited,
    hasNoticed,
    requests: requests.filter((at) => at >= from && at < to).length,
    backAfterMs: hasNoticed ? (recovered?.at ?? Number.POSITIVE_INFINITY) - wallAhead - to : 0,
  };
}

describe.each(Object.entries(CASES))(
  'an outage of two minutes: %s',
  (_what, { fault, backWithinMs, requestsAtMost }) => {
    it.each(JITTER)('is invisible to callers whenever it starts in a life of 30 minutes, jitter %d', async (random) => {
      let noticed = 0;
      for (const startsAt of STARTS) {
        const { failed, waited, hasNoticed, requests, backAfterMs } = await live(startsAt, fault, random);
        if (hasNoticed) noticed++;
        expect({
          startsAt,
          failed,
          waited,
          isWithinBudget: requests <= requestsAtMost,
          isBackInTime: backAfterMs <= backWithinMs,
        }).toEqual({ startsAt, failed: 0, waited: 0, isWithinBudget: true, isBackInTime: true });
      }
      // Every start within two minutes before the renewal, at the least.
      expect(noticed).toBeGreaterThanOrEqual(OUTAGE / (5 * SECOND));
    });
  },
);
