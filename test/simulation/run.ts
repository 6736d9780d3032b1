import type { AccessToken } from '../../libs/conta-simples-auth/src/model/access-token.js';
import { isContaSimplesAuthError } from '../../libs/conta-simples-auth/src/model/auth-error.js';
import { LifetimeClock } from '../../libs/conta-simples-auth/src/support/clock.js';
import { SharedTimers } from '../../libs/conta-simples-auth/src/support/shared-timers.js';
import { TokenKeeper } from '../../libs/conta-simples-auth/src/token/keeper.js';
import { minimumIntervalMs } from '../../libs/conta-simples-auth/src/token/refresh-schedule.js';
import { FakeClock } from '../support/fake-clock.js';
import { SeededRandom } from './random.js';
import { CANARY, SimulatedServer, type Weather } from './server.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STORMS = ['slow', 'down', 'unreachable', 'silent', 'garbage', 'limited', 'rejecting'] as const;
/** What passes by itself; after it, recovery is due within one backoff step. */
const TRANSIENT: ReadonlySet<Weather> = new Set(['slow', 'down', 'unreachable', 'silent', 'garbage']);
const WAIT_TIMEOUT_MS = 10 * SECOND;

export interface SimulationReport {
  readonly seed: number;
  readonly virtualDays: number;
  readonly calls: number;
  readonly served: number;
  readonly refusedCalls: number;
  readonly tokenRequests: number;
  /** What was promised and did not hold, in words; empty for a good run. */
  readonly violations: readonly string[];
}

/** Lets every promise chain of a call or an attempt run to its end; much faster than a turn of the event loop. */
async function fastSettle(): Promise<void> {
  for (let tick = 0; tick < 80; tick++) await undefined;
}

/** One keeper through some virtual days of bad weather, odd clocks and callers. */
export async function simulate(seed: number, days: number, lifeSeconds: number): Promise<SimulationReport> {
  const simulation = new Simulation(seed, lifeSeconds * SECOND);
  await simulation.run(days * DAY);
  return simulation.report(days);
}

class Simulation {
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #clock: FakeClock;
  readonly #server: SimulatedServer;
  readonly #keeper: TokenKeeper;
  readonly #violations: string[] = [];
  readonly #waiting = new Set<Promise<void>>();
  #calls = 0;
  #served = 0;
  #refused = 0;
  #nextChange = 0;
  #hadSuspend = false;
  /** When the account got other credentials, by the monotonic clock. */
  readonly #restarts: number[] = [];

  constructor(seed: number, lifeMs: number) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
    this.#clock = new FakeClock(Date.UTC(2026, 0, 1), fastSettle);
    this.#clock.nextRandom = () => this.#random.next();
    this.#server = new SimulatedServer(this.#clock, this.#random, lifeMs);
    this.#keeper = new TokenKeeper({
      account: 'default',
      settings: {
        environment: 'sandbox',
        clock: this.#clock,
        lifetimeClock: new LifetimeClock(this.#clock),
        waitTimers: new SharedTimers(this.#clock),
        refreshAt: this.#random.pick([0.9, 0.9, 0.5, 0.95] as const),
        waitTimeoutMs: WAIT_TIMEOUT_MS,
        keepFresh: () => 'always',
        emit: (event) => this.#scan('an event', JSON.stringify(event)),
        inContext: (work) => work(),
        onContention: () => {},
        createSource: () => this.#server,
        startTurn: (target) => target.onTurn(),
      },
    });
  }

  async run(durationMs: number): Promise<void> {
    this.#keeper.warmUp();
    const end = this.#clock.trueTime() + durationMs;
    while (this.#clock.trueTime() < end && this.#violations.length === 0) {
      await this.#clock.advance(this.#pauseMs());
      this.#act();
      this.#checkRecovery();
    }
    this.#server.change('fine');
    await this.#clock.advance(HOUR);
    await Promise.all(this.#waiting);
    this.#keeper.close();
    await this.#clock.advance(HOUR);
    if (this.#clock.pending() > 0) this.#violate('a timer was left behind');
    this.#checkBudget();
  }

  report(virtualDays: number): SimulationReport {
    return {
      seed: this.#seed,
      virtualDays,
      calls: this.#calls,
      served: this.#served,
      refusedCalls: this.#refused,
      tokenRequests: this.#server.attempts.length,
      violations: this.#violations,
    };
  }

  /** Mostly minutes; now and then a flurry, so that calls meet every moment of an attempt. */
  #pauseMs(): number {
    return this.#random.next() < 0.2
      ? this.#random.between(1, 3 * SECOND)
      : this.#random.spread(30 * SECOND, 40 * MINUTE);
  }

  #act(): void {
    const now = this.#clock.trueTime();
    if (now >= this.#nextChange) {
      const isFine = this.#server.weather === 'fine';
      this.#server.change(isFine ? this.#random.pick(STORMS) : 'fine');
      this.#nextChange = now + (isFine ? this.#random.spread(SECOND, HOUR) : this.#random.spread(2 * HOUR, DAY));
    }
    const event = this.#random.next();
    if (event < 0.004) this.#clock.stepWall(this.#random.between(-2, 2) * this.#random.pick([SECOND, MINUTE, HOUR]));
    else if (event < 0.006) this.#clock.block(this.#random.spread(SECOND, HOUR));
    else if (event < 0.008) this.#suspend();
    else if (event < 0.02) this.#server.revokeAll();
    else if (event < 0.024) this.#issueDead();
    else if (event < 0.026) this.#track(this.#invalidateInALoop());
    else if (event < 0.028) this.#restart();
    const callers = this.#random.next() < 0.1 ? 8 : 1;
    for (let caller = 0; caller < callers; caller++) this.#track(this.#call());
  }

  /** All tokens are revoked, and the next ones before they can be used. */
  #issueDead(): void {
    this.#server.revokeAll();
    this.#server.issueDead(Math.ceil(this.#random.between(0, 4)));
  }

  async #invalidateInALoop(): Promise<void> {
    for (let times = 0; times < 20; times++) {
      const held = this.#keeper.current();
      if (held !== undefined) this.#keeper.invalidate(held.token.value);
      await this.#call();
    }
  }

  /** The account gets other credentials, at any moment. */
  #restart(): void {
    this.#restarts.push(this.#clock.monotonic());
    this.#keeper.restart();
  }

  #suspend(): void {
    this.#hadSuspend = true;
    this.#clock.suspend(this.#random.spread(MINUTE, 8 * HOUR));
  }

  #track(call: Promise<void>): void {
    const tracked = call.finally(() => this.#waiting.delete(tracked));
    this.#waiting.add(tracked);
  }

  /** A call as an application makes it: get the token, use it, and on a 401 ask once for another. */
  async #call(): Promise<void> {
    this.#calls++;
    const startedAt = this.#clock.monotonic();
    const timeoutMs = this.#random.next() < 0.2 ? this.#random.between(10, 20 * SECOND) : undefined;
    try {
      const token = this.#keeper.current()?.token ?? (await this.#keeper.get({ timeoutMs }));
      if (this.#use(token)) return;
      const replacement = await this.#keeper.replacementFor(token, { timeoutMs });
      if (replacement === undefined) this.#checkPause();
      else if (this.#use(replacement)) this.#keeper.noteReplayAccepted(replacement);
      else this.#keeper.noteRejected(replacement, true);
    } catch (error) {
      this.#refused++;
      if (!isContaSimplesAuthError(error)) this.#violate(`a call failed with ${String(error)}`);
      else this.#scan('an error', `${error.stack} ${JSON.stringify(error)}`);
    } finally {
      const limitMs = 2 * Math.min(WAIT_TIMEOUT_MS, timeoutMs ?? WAIT_TIMEOUT_MS);
      // A blocked event loop holds callers as well; it is no fault of the keeper's.
      const waitedMs = this.#clock.monotonic() - startedAt - this.#clock.blockedMs;
      if (waitedMs > limitMs + 1) this.#violate(`a call waited ${waitedMs} ms, with a limit of ${limitMs} ms`);
    }
  }

  /** Whether the resource server takes the token. Revoked is the server's doing; expired would be ours. */
  #use(token: AccessToken): boolean {
    const leftMs = this.#server.leftMs(token.value);
    if (leftMs > 0) {
      this.#served++;
      this.#keeper.noteAccepted(token);
      return true;
    }
    if (Number.isFinite(leftMs)) this.#violate(`a token was handed out ${-leftMs} ms after it had expired`);
    return false;
  }

  /** A 401 was passed on to its caller: at most for 30 s after the last token that was rejected, and its request. */
  #checkPause(): void {
    const sinceMs = this.#clock.trueTime() - Math.max(this.#server.lastRejectable, this.#clock.disturbedAt);
    if (sinceMs > 31 * SECOND)
      this.#violate(`a 401 was passed on ${sinceMs} ms after the last token that was rejected`);
  }

  /** One backoff step after the endpoint is back: 15 s at most, the floor, and the time of a request. */
  #checkRecovery(): void {
    const { weather, weatherSince, attempts } = this.#server;
    if (weather !== 'fine') return;
    const recentlyLimited = attempts.slice(-3).some((attempt) => !attempt.succeeded && !TRANSIENT.has(attempt.weather));
    const healthyMs = this.#clock.trueTime() - Math.max(weatherSince, this.#clock.disturbedAt);
    const { state } = this.#keeper.status();
    if (!recentlyLimited && healthyMs > 26 * SECOND && (state === 'degraded' || state === 'cooling')) {
      this.#violate(`${state} ${healthyMs} ms after the endpoint had recovered`);
    }
  }

  #checkBudget(): void {
    // Other credentials end the request under way and start another in the same moment.
    const most = this.#restarts.length > 0 ? 2 : 1;
    if (this.#server.peakInFlight > most) this.#violate(`${this.#server.peakInFlight} requests in flight at once`);
    const leastMs = minimumIntervalMs(undefined);
    const intervalMs = minimumIntervalMs(this.#server.lifeMs);
    /** When the requests so far would have started if each had kept the minimum interval. */
    let regularStart = Number.NEGATIVE_INFINITY;
    let previous = this.#server.attempts[0];
    for (const attempt of this.#server.attempts.slice(1)) {
      if (previous === undefined) break;
      const { startedAt } = attempt;
      const from = previous.startedAt;
      const isRestart = this.#restarts.some((at) => at >= from && at <= startedAt);
      if (isRestart) regularStart = Number.NEGATIVE_INFINITY;
      const gapMs = startedAt - from;
      const backoffMs = previous.weather === 'rejecting' ? MINUTE : Math.max(leastMs, previous.retryAfterMs);
      // A token that worked may be replaced at once, if the last request kept the interval.
      const mayBeEarly = isRestart || (previous.succeeded && startedAt >= regularStart);
      if (gapMs < (previous.succeeded ? intervalMs : backoffMs) - 1e-6 && !mayBeEarly) {
        this.#violate(`a request ${gapMs} ms after one that met "${previous.weather}"`);
      }
      regularStart = Math.max(startedAt, regularStart + intervalMs);
      previous = attempt;
    }
    const lives = (this.#clock.trueTime() / this.#server.lifeMs) * 2.5;
    const fetched = this.#server.attempts.filter(({ succeeded }) => succeeded).length;
    const disturbances = this.#calls * 0.03 + 10;
    if (fetched > lives + disturbances) this.#violate(`${fetched} tokens for ${lives / 2.5} lives`);
  }

  #scan(what: string, text: string): void {
    if (text.includes(CANARY)) this.#violate(`${what} holds a token`);
  }

  #violate(what: string): void {
    const suspended = this.#hadSuspend ? ', after a suspension' : '';
    this.#violations.push(
      `${what} (seed ${this.#seed}, hour ${(this.#clock.trueTime() / HOUR).toFixed(3)}${suspended})`,
    );
  }
}
