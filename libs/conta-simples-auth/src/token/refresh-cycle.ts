import type { AccessToken, WaitOptions } from '../model/access-token.js';
import type { AcquisitionCause } from '../model/events.js';
import type { ContaSimplesTokenState } from '../model/status.js';
import type { Clock } from '../support/clock.js';
import { waitFor } from '../support/deadline.js';
import type { AccountUse } from './account-use.js';
import { EarlyRetryCheck } from './early-retry-check.js';
import {
  type FailureState,
  failureError,
  failureStateAfter,
  lateError,
  shutDownError,
  withoutWait,
} from './failure-state.js';
import { Flight } from './flight.js';
import { HeldToken } from './held-token.js';
import type { KeeperOptions } from './keeper-options.js';
import { type LifeClock, type Moment, sinceMs } from './life-clock.js';
import { RefreshPlan } from './refresh-plan.js';
import { refreshWindow } from './refresh-window.js';
import { TokenReporter } from './token-reporter.js';
import type { TokenFailure, TokenGrant } from './token-source.js';
import type { WaitLimits } from './waiter-groups.js';
import { Waiters } from './waiters.js';

/** What an application that is ending grants a caller who still needs a token. */
const DRAIN_ATTEMPT_MS = 1_000;

const ENDED: TokenFailure = { kind: 'invalid_response', what: 'The token had ended before it arrived' };

/**
 * How an account's token is obtained and replaced: one request at a time, renewal before the end, a pause after failures.
 * Driven by the timer or by callers; there is no loop.
 */
export class RefreshCycle {
  /** Set when a token is in use. May be past its limit: ask {@link HeldToken.isServable}. */
  held: HeldToken | undefined;
  /** Set from the first failure to the next token. */
  failureState: FailureState | undefined;
  generation = 0;
  readonly report: TokenReporter;
  readonly #options: KeeperOptions;
  readonly #clock: Clock;
  readonly #lifeClock: LifeClock;
  readonly #plan: RefreshPlan;
  readonly #waiters: Waiters;
  readonly earlyRetry: EarlyRetryCheck;
  readonly #use: AccountUse;
  #life: 'open' | 'retired' | 'draining' | 'closed' = 'open';
  #closedFor: (() => Error) | undefined;
  #flight: Flight | undefined;
  #missingCause: AcquisitionCause = 'first';
  #lastValue: string | undefined;

  constructor(options: KeeperOptions, use: AccountUse) {
    this.#options = options;
    this.#clock = options.settings.clock;
    this.#lifeClock = options.settings.lifeClock;
    this.#use = use;
    this.report = new TokenReporter(options.account, options.settings.emit);
    this.earlyRetry = new EarlyRetryCheck(options.source, options.settings.inContext);
    this.#waiters = new Waiters(options, this);
    this.#plan = new RefreshPlan(options, this);
  }

  state(now: Moment): ContaSimplesTokenState {
    if (this.#life === 'closed') return 'closed';
    if (this.held?.isServable(now)) return this.failureState ? 'degraded' : 'valid';
    return this.failureState?.failsCallers ? 'cooling' : 'empty';
  }

  /** Starts a request nobody waits for, unless one runs or it is too early for one. */
  start(now: Moment, cause: AcquisitionCause = this.#missingCause): void {
    if (this.#life === 'open') this.#tryStart(now, cause, false);
  }

  /**
   * Resolves with the next token; rejects when the caller's patience, its signal or the failure policy says so. Never
   * throws; not an async function, since each of these on the way costs a cold herd as much as all the rest.
   */
  next(now: Moment, { signal, timeoutMs }: WaitOptions, cause = this.#missingCause): Promise<AccessToken> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#use.noteUse(now.elapsed);
    if (this.#closedFor !== undefined) return Promise.reject(this.#closedFor());
    const { waitTimeoutMs } = this.#options.settings;
    const failureState = this.failureState;
    const patienceMs = failureState?.patienceMs ?? waitTimeoutMs;
    const limits = { signal, timeoutMs: Math.min(waitTimeoutMs, timeoutMs ?? patienceMs, patienceMs) };
    if (failureState !== undefined && this.#mustFail(failureState, now))
      return this.#failCaller(failureState, now, limits, cause);
    const arrival = this.#waiters.add(limits, now.monotonic);
    if (this.#flight === undefined && !this.#tryStart(now, cause, true)) this.#planNext(now, cause);
    return arrival;
  }

  /** Fails a caller at once, unless a quick early retry check, or anything else meanwhile, has changed the state. */
  async #failCaller(
    failed: FailureState,
    now: Moment,
    limits: WaitLimits,
    cause: AcquisitionCause,
  ): Promise<AccessToken> {
    this.report.state(now, this.state(now), failed);
    const check = this.#life === 'draining' ? undefined : this.#checkEarly(failed, now);
    if (check !== undefined) {
      const timeoutMs = Math.min(check.waitMs, limits.timeoutMs);
      await waitFor(check.done, { clock: this.#clock, signal: limits.signal, timeoutMs });
      limits.signal?.throwIfAborted();
    }
    const later = this.#lifeClock.look();
    const leftMs = Math.max(0, limits.timeoutMs - (later.monotonic - now.monotonic));
    if (this.#closedFor === undefined && this.failureState === failed) throw failureError(failed, later, this.#options);
    if (cause !== 'forced' && this.held?.isServable(later)) return this.held.token;
    return this.next(later, { ...limits, timeoutMs: leftMs }, cause);
  }

  /** Checks in the background, if it is time for that, whether a retry is worthwhile; starts it if it is. */
  #checkEarly(failed: FailureState, now: Moment) {
    return this.earlyRetry.run(failed, now, this.#lastValue, () => {
      if (this.failureState !== failed || this.#life === 'draining' || this.#life === 'closed') return;
      this.failureState = withoutWait(failed);
      const later = this.#lifeClock.look();
      const cause = this.held === undefined ? this.#missingCause : 'scheduled';
      if (!this.#tryStart(later, cause, true)) this.#planNext(later, cause);
    });
  }

  /** The held token is used: makes sure that a timer renews it. */
  noteUse(now: Moment): void {
    this.#use.noteUse(now.elapsed);
    if (!this.#plan.isArmed && this.#flight === undefined) this.#planNext(now, 'scheduled');
    if (this.failureState !== undefined) this.#checkEarly(this.failureState, now);
  }

  /** Milliseconds until the next request is due; 0 when it is. */
  dueInMs(now: Moment): number {
    const { held, failureState } = this;
    return this.#plan.dueInMs(now, { held, failureState, awaited: this.#waiters.size > 0 });
  }

  /** Whether a token is obtained although nobody ever asks. */
  get isKeptFresh(): boolean {
    return this.#options.keepFresh === 'always';
  }

  /** Whether a request or an early retry check runs, or callers wait. */
  get isBusy(): boolean {
    return this.#flight !== undefined || this.#waiters.size > 0 || this.earlyRetry.isRunning;
  }

  /** Whether anything would come of asking for a renewal now. */
  get canStart(): boolean {
    return this.#flight === undefined && this.#life === 'open';
  }

  /**
   * The API rejected the held token with 401. It is given up if another can be requested now. Otherwise it is served on:
   * the calls of other routes need not wait. Where another client revokes the tokens, no route would accept it.
   */
  reject(now: Moment, isContended: boolean): void {
    const { interval } = this.#plan;
    if (this.held?.accepted) interval.waive(now.monotonic);
    if (this.failureState !== undefined) return;
    const isEarly = this.#flight === undefined && this.#life !== 'draining' && now.monotonic < interval.until;
    if (!isEarly || isContended) this.drop(now);
  }

  /** The application reports that the API rejected the held token. */
  invalidate(now: Moment): void {
    if (this.held?.accepted) this.#plan.interval.waive(now.monotonic);
    this.drop(now);
  }

  /** Gives up the held token. */
  drop(now: Moment): void {
    const held = this.held;
    if (held === undefined) return;
    this.#hold(undefined);
    this.#missingCause = 'rejected';
    this.report.invalidated(now, held);
    if (this.#plan.isKeptFresh(this.generation) && this.#flight === undefined) this.#planNext(now, 'rejected');
  }

  /** Forgets everything but the waiters, as if the account had just been added. */
  restart(): void {
    if (this.#life !== 'open') return;
    this.earlyRetry.cancel();
    this.#lastValue = undefined;
    this.#flight?.cancel();
    this.#flight = undefined;
    this.#hold(undefined);
    this.failureState = undefined;
    this.#plan.interval.reset();
    this.#missingCause = 'first';
    this.#plan.cancel();
    this.report.restart();
    if (this.#waiters.size > 0 || this.#plan.isKeptFresh(this.generation))
      this.#tryStart(this.#lifeClock.look(), 'first', true);
  }

  /** The application is ending: no timers, no retries; a held token is served on, without one there is one short try. */
  drain(): void {
    if (this.#life === 'draining' || this.#life === 'closed') return;
    this.#life = 'draining';
    this.#plan.cancel();
    if (this.#flight !== undefined) this.#flight.cancelIn(DRAIN_ATTEMPT_MS, this.#clock);
    else this.#waiters.rejectAll(() => shutDownError(this.#options));
  }

  /** Nobody will ask but those who have it already: no timer and no attempt but for a caller. */
  retire(): void {
    if (this.#life !== 'open') return;
    this.#life = 'retired';
    if (this.#waiters.size === 0) this.#plan.cancel();
  }

  /** Rejects all callers, those that wait and those that come; `reason` makes one error for each of them. */
  close(reason: () => Error = () => shutDownError(this.#options)): void {
    this.#life = 'closed';
    this.#closedFor ??= reason;
    this.#plan.cancel();
    this.earlyRetry.cancel();
    this.#flight?.cancel();
    this.#flight = undefined;
    this.#hold(undefined);
    this.#waiters.rejectAll(this.#closedFor);
  }

  #hold(held: HeldToken | undefined): void {
    this.held = held;
    this.#use.forget();
  }

  #mustFail(failureState: FailureState, now: Moment): boolean {
    if (this.#flight?.awaited) return false;
    if (this.#life === 'draining') return true;
    // Callers do not wait for a request that the timer started: while it cools, the account fails them at once.
    return failureState.failsCallers && (this.#flight !== undefined || now.monotonic < failureState.untilMonotonic);
  }

  #tryStart(now: Moment, cause: AcquisitionCause, awaited: boolean): boolean {
    if (this.#life === 'closed' || this.#flight !== undefined) return false;
    // The one attempt of an application that is ending has no time to wait for the minimum interval.
    if (this.#life !== 'draining' && now.monotonic < this.#plan.earliest(this.failureState)) return false;
    this.#plan.cancel();
    const flight = new Flight(cause, now.monotonic, awaited);
    this.#flight = flight;
    this.#plan.interval.requestStarted(now.monotonic);
    // A rejected token was served on only until this request could be made.
    if (cause === 'rejected' && this.failureState === undefined) this.drop(now);
    // What is asked from here on is asked of the next attempt.
    this.#use.wanted = false;
    if (this.#life === 'draining') flight.cancelIn(DRAIN_ATTEMPT_MS, this.#clock);
    void this.#options.settings.inContext(() => this.#fly(flight));
    return true;
  }

  async #fly(flight: Flight): Promise<void> {
    const outcome = await flight.run(this.#options.source, this.#lastValue, this.#options.settings.startTurn);
    // Closed while the answer was on its way.
    if (this.#flight !== flight) return;
    this.#flight = undefined;
    const now = this.#lifeClock.look();
    if (!outcome.ok) this.#fail(now, flight, outcome.failure);
    else if (sinceMs(outcome.grant.sentAt, now) >= outcome.grant.lifetimeMs) this.#fail(now, flight, ENDED);
    else this.#succeed(now, flight, outcome.grant);
    this.#use.forget();
  }

  #succeed(now: Moment, flight: Flight, grant: TokenGrant): void {
    const { lifetimeMs: lifeMs, sentAt } = grant;
    const requestMs = grant.shared ? 0 : sinceMs(sentAt, now);
    const { refreshAt } = this.#options.settings;
    const window = refreshWindow({ lifeMs, refreshAt, requestMs, random: this.#clock.random() });
    const cause = grant.shared ? 'shared' : flight.cause;
    this.#lastValue = grant.value;
    const held = new HeldToken(grant, window, now, { generation: ++this.generation, cause, wantedFor: flight.cause });
    this.#hold(held);
    this.failureState = undefined;
    this.#missingCause = 'expired';
    this.#plan.interval.lastLifeMs = lifeMs;
    if (grant.shared) this.#plan.interval.requestNotSent();
    this.#waiters.resolveAll(held.token);
    // Where only use keeps it fresh, it has no timer until it is used again.
    if (this.#options.keepFresh !== 'while_used') this.#planNext(now, 'scheduled');
    this.report.acquired(now, held, requestMs);
  }

  #fail(now: Moment, { startedAt, cause }: Flight, failure: TokenFailure): void {
    const input = { failure, previous: this.failureState, now, startedAt, random: this.#clock.random() };
    const failureState = failureStateAfter({ ...input, lastLifeMs: this.#plan.interval.lastLifeMs });
    this.failureState = failureState;
    if (failure.coolsForMs !== undefined) this.#plan.interval.requestNotSent();
    if (failureState.failsCallers || this.#life === 'draining') {
      this.#waiters.rejectAll(() => failureError(failureState, now, this.#options));
    }
    this.#planNext(now, cause);
    this.report.refreshFailed(now, failureState);
    this.report.state(now, this.state(now), failureState);
  }

  #planNext(now: Moment, cause: AcquisitionCause): void {
    const awaited = this.#waiters.size > 0;
    if (this.#life === 'open' || (this.#life === 'retired' && awaited))
      this.#plan.arm(this.dueInMs(now), cause, awaited);
  }

  /** Moves on whatever is due. */
  onTimer(): void {
    const now = this.#lifeClock.look();
    const dueInMs = this.dueInMs(now);
    const awaited = this.#waiters.size > 0;
    const isRenewal = this.held !== undefined && this.failureState === undefined && !awaited;
    if (dueInMs > 0) this.#plan.arm(dueInMs, this.#plan.cause, awaited);
    else if (awaited || (this.#life === 'open' && (this.#plan.isKeptFresh(this.generation) || this.#use.wanted))) {
      this.#tryStart(now, isRenewal ? 'scheduled' : this.#plan.cause, awaited);
    }
  }

  /** For a caller whose patience has ended. */
  lateError(timeoutMs: number): Error {
    const now = this.#lifeClock.look();
    if (this.failureState !== undefined) return failureError(this.failureState, now, this.#options);
    return lateError(timeoutMs, this.#options);
  }
}
