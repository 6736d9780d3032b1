import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { HOUR, KeeperHarness, SECOND, watch } from '@support/keeper-harness.js';
import type { AccessToken } from '../model/access-token.js';
import { LifetimeClock, readInstant } from '../support/clock.js';
import { SharedTimers } from '../support/shared-timers.js';
import { TokenKeeper } from './keeper.js';

/** The API: which tokens it accepts, and calls as `guardedSend` makes them. */
class Api {
  readonly harness = new KeeperHarness();
  accepts = (_value: string): boolean => true;

  /** A call that can be sent again: its final status. */
  async call(accepts = this.accepts): Promise<number> {
    const { keeper } = this.harness;
    const token = await keeper.get();
    if (accepts(token.value)) {
      keeper.noteAccepted(token);
      return 200;
    }
    const replacement = await keeper.replacementFor(token).catch(() => undefined);
    if (replacement === undefined) return 401;
    if (accepts(replacement.value)) keeper.noteReplayAccepted(replacement);
    else keeper.noteRejected(replacement, true);
    return accepts(replacement.value) ? 200 : 401;
  }

  /** A call whose body cannot be sent again, to a route that always answers 401. */
  async deadStream(): Promise<void> {
    const { keeper } = this.harness;
    keeper.noteRejected(await keeper.get());
  }

  async settled<T>(promise: Promise<T>, withinMs = 200): Promise<T | undefined> {
    const call = watch(promise);
    await this.harness.clock.advance(withinMs);
    return call.value;
  }

  /** Calls from time to time; returns the statuses in order. */
  async callFor(durationMs: number, everyMs: number, accepts?: (value: string) => boolean): Promise<number[]> {
    const calls: Promise<number>[] = [];
    for (let ms = 0; ms < durationMs; ms += everyMs) {
      calls.push(this.call(accepts));
      await this.harness.clock.advance(everyMs);
    }
    const all = Promise.all(calls);
    await this.harness.clock.advance(10 * SECOND);
    return all;
  }
}

const never = () => false;

async function working() {
  const api = new Api();
  await api.harness.warm();
  await api.settled(api.call());
  return api;
}

describe('the pause after a replacement that is rejected as well', () => {
  it('starts once and ends once, however many 401s come during it; the next one refreshes', async () => {
    const api = await working();
    const { harness } = api;
    expect(await api.settled(api.call(never))).toBe(401);
    const startedAt = harness.clock.monotonic();
    expect(harness.requests).toHaveLength(2);
    while (harness.clock.monotonic() < startedAt + 29.5 * SECOND) {
      expect(await api.settled(api.call(never), 400)).toBe(401);
    }
    expect(harness.requests).toHaveLength(2);
    await harness.clock.advance(SECOND);
    expect(await api.settled(api.call((value) => value === 'token-3'))).toBe(200);
    expect(harness.requests).toHaveLength(3);
  });

  it('is not prolonged by late replays, by streams, or by older tokens', async () => {
    const api = await working();
    const { keeper, clock, requests } = api.harness;
    const first = await keeper.get();
    await api.settled(api.call(never));
    const second = await keeper.get();
    for (let second_ = 0; second_ < 29; second_++) {
      keeper.noteRejected(second, true);
      keeper.noteRejected(second);
      keeper.noteRejected(first);
      expect(await api.settled(keeper.replacementFor(first), 1_000)).toBe(second);
    }
    expect(requests).toHaveLength(2);
    await clock.advance(SECOND);
    keeper.noteRejected(second, true);
    await clock.advance(200);
    expect(requests).toHaveLength(3);
  });

  it('comes again for each further replacement that is rejected, and the account recovers after the last', async () => {
    const api = await working();
    const { clock, requests } = api.harness;
    api.accepts = (value) => value === 'token-5';
    const statuses = await api.callFor(150 * SECOND, 500);
    expect(requests).toHaveLength(5);
    expect(statuses.slice(-10)).toEqual(Array(10).fill(200));
    // Each pause lasts 30 s, and a call comes every half second.
    for (let index = 2; index < 5; index++) {
      const gapMs = (requests[index] ?? 0) - (requests[index - 1] ?? 0);
      expect(gapMs).toBeGreaterThanOrEqual(30 * SECOND);
      expect(gapMs).toBeLessThanOrEqual(31 * SECOND);
    }
    expect(clock.pending({ hold: true })).toBe(0);
  });

  it('lets a scheduled renewal through, whose token serves at once', async () => {
    const api = await working();
    api.harness.answer = { token: { lifeMs: 20 * SECOND }, afterMs: 100 };
    expect(await api.settled(api.call(never))).toBe(401);
    await api.harness.clock.advance(20 * SECOND);
    expect(api.harness.causes().at(-1)).toBe('scheduled');
    expect(await api.settled(api.call((value) => value === 'token-3'))).toBe(200);
  });

  it('ends at its time also where tokens were renewed during it', async () => {
    const api = await working();
    api.harness.answer = { token: { lifeMs: 20 * SECOND }, afterMs: 100 };
    await api.settled(api.call(never));
    await api.harness.clock.advance(31 * SECOND);
    const held = await api.harness.keeper.get();
    api.harness.keeper.noteAccepted(held);
    expect(await api.settled(api.call((value) => value !== held.value))).toBe(200);
  });
});

describe('a route that always answers 401 beside one that works', () => {
  it('costs one token request in 30 s where its requests can be sent again', async () => {
    const api = await working();
    const { keeper, clock, requests } = api.harness;
    for (let ms = 0; ms < 120 * SECOND; ms += 100) {
      watch(api.call(never));
      watch(api.call());
      await clock.advance(100);
    }
    expect(requests.length).toBeLessThanOrEqual(1 + 120 / 30 + 1);
    expect(keeper.status().state).toBe('valid');
  });

  it('costs one token request in a minimum interval where they cannot, and the other route never waits for longer', async () => {
    const api = await working();
    const { clock, requests } = api.harness;
    let longestMs = 0;
    for (let ms = 0; ms < 60 * SECOND; ms += 50) {
      watch(api.deadStream());
      const startedAt = clock.monotonic();
      watch(
        api.call().then(() => {
          longestMs = Math.max(longestMs, clock.monotonic() - startedAt);
        }),
      );
      await clock.advance(50);
    }
    expect(requests.length).toBeLessThanOrEqual(60 / 5 + 2);
    expect(longestMs).toBeLessThanOrEqual(100);
  });

  it('does not take the held token away during an outage of the token endpoint', async () => {
    const api = await working();
    const { harness } = api;
    harness.answer = { failure: { kind: 'server_error', what: 'The token endpoint answered 503' } };
    await harness.clock.advance(0.9 * HOUR);
    expect(harness.keeper.status().state).toBe('degraded');
    for (let second = 0; second < 60; second++) {
      watch(api.call(never));
      watch(api.deadStream());
      expect(await api.settled(api.call(), 1_000)).toBe(200);
    }
  });
});

describe('the minimum interval', () => {
  const loops: [string, (api: Api) => Promise<unknown>][] = [
    [
      '401s to tokens that were accepted',
      (api) => api.call((value) => value === api.harness.keeper.status().fingerprint),
    ],
    ['rejected streams', (api) => api.deadStream()],
    ['invalidate()', async ({ harness: { keeper } }) => keeper.invalidate((await keeper.get()).value)],
    ['refresh()', ({ harness: { keeper } }) => keeper.refresh()],
  ];

  it.each(loops)('is waived once at most by a loop of %s', async (_what, act) => {
    const api = await working();
    const { clock, keeper, requests } = api.harness;
    for (let ms = 0; ms < 60 * SECOND; ms += 20) {
      watch(act(api));
      watch(keeper.get().then((token) => keeper.noteAccepted(token)));
      await clock.advance(20);
    }
    expect(requests.length).toBeLessThanOrEqual(60 / 5 + 2);
    // Never two in a row.
    const gaps = requests.slice(1).map((at, index) => at - (requests[index] ?? 0));
    expect(gaps.filter((gap) => gap < 5 * SECOND).length).toBeLessThanOrEqual(1);
  });

  it('is waived again after an interval without a request', async () => {
    const api = await working();
    const { clock, keeper, requests } = api.harness;
    for (let round = 0; round < 3; round++) {
      const token = await keeper.get();
      keeper.noteAccepted(token);
      expect(await api.settled(keeper.replacementFor(token))).toBeDefined();
      await clock.advance(11 * SECOND);
    }
    expect(requests).toHaveLength(4);
  });
});

/** A server that keeps one valid token, and two processes that share nothing. */
class Contest {
  readonly clock = new FakeClock();
  readonly contentions: string[] = [];
  readonly requests: Record<string, number[]> = {};
  readonly keepers: readonly TokenKeeper[];
  /** From the request of a call to its judgement, and from the judgement to the answer. */
  halfTripMs = 20;
  #valid = '';
  #issued = 0;

  constructor(random: () => number) {
    this.clock.nextRandom = random;
    this.keepers = ['one', 'other'].map((account) => this.#keeper(account));
  }

  #keeper(account: string): TokenKeeper {
    const requests: number[] = [];
    this.requests[account] = requests;
    return new TokenKeeper({
      account,
      settings: {
        environment: 'sandbox',
        clock: this.clock,
        lifetimeClock: new LifetimeClock(this.clock),
        waitTimers: new SharedTimers(this.clock),
        refreshAt: 0.9,
        waitTimeoutMs: 10_000,
        keepFresh: () => 'always',
        emit: () => {},
        inContext: (work) => work(),
        onContention: (name) => this.contentions.push(name),
        startTurn: (target) => target.onTurn(),
        createSource: () => ({
          canRetryEarly: async () => false,
          obtain: async () => {
            const sentAt = readInstant(this.clock);
            requests.push(sentAt.monotonic);
            await this.#pass(this.halfTripMs);
            const value = `${account}-${++this.#issued}`;
            this.#valid = value;
            await this.#pass(this.halfTripMs);
            return { ok: true, grant: { value, lifetimeMs: HOUR, sentAt } };
          },
        }),
      },
    });
  }

  async call(keeper: TokenKeeper): Promise<number> {
    const token = await keeper.get();
    if (await this.#send(token)) {
      keeper.noteAccepted(token);
      return 200;
    }
    const replacement = await keeper.replacementFor(token).catch(() => undefined);
    if (replacement === undefined) return 401;
    if (await this.#send(replacement)) {
      keeper.noteReplayAccepted(replacement);
      return 200;
    }
    keeper.noteRejected(replacement, true);
    return 401;
  }

  async #send({ value }: AccessToken): Promise<boolean> {
    await this.#pass(this.halfTripMs);
    const isValid = value === this.#valid;
    await this.#pass(this.halfTripMs);
    return isValid;
  }

  #pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(resolve, milliseconds);
    });
  }
}

describe('two processes that share nothing, on a server that keeps one valid token', () => {
  it.each([0, 0.5, 0.999])(
    'both keep working, at one token request per minimum interval each (random %d)',
    async (start) => {
      let random = start;
      const contest = new Contest(() => {
        random = (random * 997 + 0.123) % 1;
        return random;
      });
      const statuses: number[][] = [[], []];
      const seconds = 120;
      for (let ms = 0; ms < seconds * SECOND; ms += 100) {
        contest.keepers.forEach((keeper, index) => {
          void contest.call(keeper).then((status) => statuses[index]?.push(status));
        });
        await contest.clock.advance(100);
      }
      await contest.clock.advance(20 * SECOND);
      for (const [index, requests] of Object.values(contest.requests).entries()) {
        expect(requests.length).toBeLessThanOrEqual(seconds / 5 + 2);
        const all = statuses[index] ?? [];
        expect(all).toHaveLength(seconds * 10);
        expect(all.filter((status) => status === 200).length / all.length).toBeGreaterThan(0.95);
      }
      expect([...contest.contentions].sort()).toEqual(['one', 'other']);
      for (const keeper of contest.keepers) keeper.close();
    },
  );

  it('are not suspected where the tokens of one were revoked once', async () => {
    const api = await working();
    api.accepts = (value) => value !== 'token-1';
    expect(await api.settled(api.call())).toBe(200);
    expect(api.harness.contentions).toBe(0);
  });
});
