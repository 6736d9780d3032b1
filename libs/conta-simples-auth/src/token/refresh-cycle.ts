import type { AcquisitionCause } from '../model/events.js';
import type { ContaSimplesTokenState } from '../model/status.js';
import { type Moment, sinceMs } from '../support/clock.js';
import { type FailureState, failureError, failureStateAfter, shutDownError, withoutWait } from './failure-state.js';
import { Flight } from './flight.js';
import { acquiredEvent, HeldToken } from './held-token.js';
import type { KeeperOptions, KeeperSettings } from './keeper-settings.js';
import { MinimumInterval, RefreshTimer, refreshWindow } from './refresh-schedule.js';
import { failureEvent } from './token-reports.js';
import type { TokenFailure, TokenGrant, TokenSource } from './token-source.js';
import { type Arrival, Waiters, type WaitLimits } from './waiters.js';

/** How long a request may take while the application closes. */
const DRAIN_ATTEMPT_MS = 1_000;
const NEVER = Number.NEGATIVE_INFINITY;
const ENDED: TokenFailure = { kind: 'invalid_response', what: 'The token had ended before it arrived' };

/**
 * How one account's token is obtained and renewed: one request at a time, renewal before the end, a pause after failures.
 * Driven by the timer or by callers; there is no loop. With thousands of accounts its size counts: objects that most
 * accounts do not need are made on first use, and numbers are whole, which V8 stores without an allocation.
 */
export class RefreshCycle {
  readonly account: string;
  /** May be past its limit: ask {@link HeldToken.isServable}. */
  held: HeldToken | undefined;
  /** Set from the first failure to the next token. */
  failureState: FailureState | undefined;
  /** How many tokens were obtained. */
  generation = 0;
  /** Before this elapsed time, a call gets `held` without a decision; 0 after each change. */
  decideAt = 0;
  /** The elapsed time of the last call. */
  usedAt = 0;
  /** Whether there was a call after the last request started. */
  isWanted = false;
  readonly settings: KeeperSettings;
  readonly source: TokenSource;
  readonly interval = new MinimumInterval();
  phase: 'open' | 'retired' | 'draining' | 'closed' = 'open';
  closedError: (() => Error) | undefined;
  #flight: Flight | undefined;
  #waiters: Waiters | undefined;
  #timer: RefreshTimer | undefined;
  /** The cause of the next request while no token is held. */
  missingCause: AcquisitionCause = 'first';
  lastValue: string | undefined;
  /** Failures since the last token. */
  #failures = 0;
  #reportedState: ContaSimplesTokenState = 'empty';

  constructor({ account, settings, source }: KeeperOptions) {
    this.account = account;
    this.settings = settings;
    this.source = source;
  }

  state(now: Moment): ContaSimplesTokenState {
    if (this.phase === 'closed') return 'closed';
    if (this.held?.isServable(now)) return this.failureState ? 'degraded' : 'valid';
    return this.failureState?.failsCallers ? 'cooling' : 'empty';
  }

  /** Whether callers wait. */
  get isAwaited(): boolean {
    return this.#waiters?.isEmpty === false;
  }

  get isInFlight(): boolean {
    return this.#flight !== undefined;
  }

  /** Whether a token is obtained and renewed without calls. */
  get #isKeptFresh(): boolean {
    const keepFresh = this.settings.keepFresh(this.account);
    return keepFresh === 'always' || (keepFresh === 'once_held' && this.generation > 0);
  }

  /** Whether a caller without a token fails now, instead of waiting for a request. */
  mustFail(failed: FailureState, now: Moment): boolean {
    if (this.#flight?.isAwaited) return false;
    if (this.phase === 'draining') return true;
    // Callers do not wait for a request that the timer started during a cool-down.
    return failed.failsCallers && (this.#flight !== undefined || now.monotonic < failed.untilMonotonic);
  }

  /** Whether a call would start a renewal now. */
  get canStart(): boolean {
    return this.#flight === undefined && this.phase === 'open';
  }

  /** Starts a request without a caller that waits for it, unless one runs or it is too early for one. */
  start(now: Moment, cause: AcquisitionCause = this.missingCause): void {
    if (this.phase === 'open') this.#tryStart(now, cause, false);
  }

  noteUse({ elapsed }: Moment): void {
    this.usedAt = Math.floor(elapsed);
    this.isWanted = true;
  }

  /** Makes sure that a timer renews the held token. */
  ensurePlanned(now: Moment): void {
    if (this.#timer?.isArmed !== true && this.#flight === undefined) this.#planNext(now, 'scheduled');
  }

  /** Starts the request for a caller that waits, or plans it if it is too early. Resolves with what the caller gets. */
  request(now: Moment, limits: WaitLimits, cause: AcquisitionCause): Promise<Arrival> {
    this.#waiters ??= new Waiters(this.settings.waitTimers);
    const onEnd = this.settings.observer?.callerWaits(this.account);
    const arrival = this.#waiters.add(limits, now.monotonic, onEnd);
    if (this.#flight === undefined && !this.#tryStart(now, cause, true)) this.#planNext(now, cause);
    return arrival;
  }

  /** Ends the cool-down, because a retry has become worthwhile. */
  retryNow(failed: FailureState): void {
    if (this.failureState !== failed || this.phase === 'draining' || this.phase === 'closed') return;
    this.failureState = withoutWait(failed);
    const now = this.settings.lifetimeClock.read();
    const cause = this.held === undefined ? this.missingCause : 'scheduled';
    if (!this.#tryStart(now, cause, true)) this.#planNext(now, cause);
  }

  #tryStart(now: Moment, cause: AcquisitionCause, isAwaited: boolean): boolean {
    if (this.phase === 'closed' || this.#flight !== undefined) return false;
    // A closing application makes one attempt, which cannot wait for the minimum interval.
    if (this.phase !== 'draining' && now.monotonic < this.#earliestStart) return false;
    this.#timer?.cancel();
    const flight = new Flight(cause, now.monotonic, isAwaited);
    this.#flight = flight;
    this.interval.requestStarted(now.monotonic);
    // A rejected token was served only until this request could be made.
    if (cause === 'rejected' && this.failureState === undefined) this.drop(now);
    this.isWanted = false;
    if (this.phase === 'draining') flight.cancelIn(DRAIN_ATTEMPT_MS, this.settings.clock);
    const { inContext, startTurn = inContext } = this.settings;
    startTurn(() => void this.#run(flight));
    return true;
  }

  async #run(flight: Flight): Promise<void> {
    const outcome = await flight.run(this.source, this.lastValue);
    // Restarted or closed in the meantime.
    if (this.#flight !== flight) return;
    this.#flight = undefined;
    const now = this.settings.lifetimeClock.read();
    if (!outcome.ok) this.#fail(now, flight, outcome.failure);
    else if (sinceMs(outcome.grant.sentAt, now) >= outcome.grant.lifetimeMs) this.#fail(now, flight, ENDED);
    else this.#succeed(now, flight, outcome.grant);
    this.decideAt = 0;
  }

  #succeed(now: Moment, flight: Flight, grant: TokenGrant): void {
    const { account, settings } = this;
    const { refreshAt, clock, emit } = settings;
    const { lifetimeMs, shared = false } = grant;
    const requestMs = shared ? 0 : sinceMs(grant.sentAt, now);
    const window = refreshWindow({ lifetimeMs, refreshAt, requestMs, random: clock.random() });
    const held = new HeldToken(grant, window, now, { isReplacement: flight.cause === 'rejected' });
    const generation = ++this.generation;
    this.#hold(held);
    this.failureState = undefined;
    this.missingCause = 'expired';
    this.lastValue = grant.value;
    this.interval.lastLifetimeMs = Math.floor(lifetimeMs);
    if (shared) this.interval.requestNotSent();
    this.#settle(held.token);
    // An account that is kept fresh only while it is used gets its timer when it is used again.
    if (settings.keepFresh(account) !== 'while_used') this.#planNext(now, 'scheduled');
    emit(acquiredEvent(account, now, held, { cause: shared ? 'shared' : flight.cause, generation, requestMs }));
    this.#reportedState = 'valid';
    if (this.#failures > 0) emit({ type: 'recovered', account, at: now.wall, attempts: this.#failures });
    this.#failures = 0;
  }

  #fail(now: Moment, { startedAt, cause }: Flight, failure: TokenFailure): void {
    const { lastLifetimeMs } = this.interval;
    const input = { failure, previous: this.failureState, now, startedAt, lastLifetimeMs };
    const failureState = failureStateAfter({ ...input, random: this.settings.clock.random() });
    this.failureState = failureState;
    if (failure.coolsForMs !== undefined) this.interval.requestNotSent();
    if (failureState.failsCallers || this.phase === 'draining')
      this.#settle(() => failureError(failureState, now, this));
    this.#planNext(now, cause);
    this.#failures++;
    this.settings.emit(failureEvent('refresh_failed', this.account, now, failureState));
    this.reportState(now, failureState);
  }

  /** Emits an event when the state has become worse. */
  reportState(now: Moment, failed: FailureState): void {
    const state = this.state(now);
    if (state === this.#reportedState) return;
    this.#reportedState = state;
    if (state === 'degraded' || state === 'cooling') this.settings.emit(failureEvent(state, this.account, now, failed));
  }

  /** Arms the timer for the next request: a renewal, a retry, or the request that the minimum interval delays. */
  #planNext(now: Moment, cause: AcquisitionCause): void {
    const isAwaited = this.isAwaited;
    if (this.phase !== 'open' && !(this.phase === 'retired' && isAwaited)) return;
    const { clock, listTimer } = this.settings;
    this.#timer ??= new RefreshTimer(clock);
    // The application can clear a listed timer, so one that callers wait for is not listed.
    const listing = isAwaited ? undefined : listTimer?.(this.account);
    this.#timer.arm(this.dueInMs(now), () => this.#onTimer(cause), listing);
  }

  #onTimer(cause: AcquisitionCause): void {
    const now = this.settings.lifetimeClock.read();
    const isAwaited = this.isAwaited;
    const isRenewal = this.held !== undefined && this.failureState === undefined && !isAwaited;
    if (this.dueInMs(now) > 0) this.#planNext(now, cause);
    else if (isAwaited || (this.phase === 'open' && (this.#isKeptFresh || this.isWanted)))
      this.#tryStart(now, isRenewal ? 'scheduled' : cause, isAwaited);
  }

  /** By the monotonic clock. */
  get #earliestStart(): number {
    return Math.max(this.interval.until, this.failureState?.untilMonotonic ?? NEVER);
  }

  /** Milliseconds until the next request is due; 0 when it is. */
  dueInMs(now: Moment): number {
    const { held, failureState } = this;
    const allowedInMs = Math.max(0, this.#earliestStart - now.monotonic);
    if (failureState !== undefined || held === undefined || this.isAwaited) return allowedInMs;
    return Math.max(allowedInMs, held.dueInMs(now));
  }

  /** Gives up the held token. */
  drop(now: Moment): void {
    const { held, account } = this;
    if (held === undefined) return;
    this.#hold(undefined);
    this.missingCause = 'rejected';
    this.settings.emit({ type: 'invalidated', account, at: now.wall, fingerprint: held.token.fingerprint });
    if (this.#isKeptFresh && this.#flight === undefined) this.#planNext(now, 'rejected');
  }

  /** Forgets everything but the waiters, as if the account had just been added. */
  restart(): void {
    if (this.phase !== 'open') return;
    this.#endFlight();
    this.#hold(undefined);
    this.failureState = undefined;
    this.missingCause = 'first';
    this.lastValue = undefined;
    this.interval.reset();
    this.#reportedState = 'empty';
    if (this.isAwaited || this.#isKeptFresh) this.#tryStart(this.settings.lifetimeClock.read(), 'first', true);
  }

  /** The application is closing: no timers and no retries. A held token is served; without one there is one short try. */
  drain(): void {
    if (this.phase === 'draining' || this.phase === 'closed') return;
    this.phase = 'draining';
    this.#timer?.cancel();
    if (this.#flight !== undefined) this.#flight.cancelIn(DRAIN_ATTEMPT_MS, this.settings.clock);
    else this.#settle(() => shutDownError(this));
  }

  /** The account was evicted: no timer and no request unless a caller waits. */
  retire(): void {
    if (this.phase !== 'open') return;
    this.phase = 'retired';
    if (!this.isAwaited) this.#timer?.cancel();
  }

  /** Rejects all callers, now and later; `reason` makes one error for each of them. */
  close(reason: () => Error = () => shutDownError(this)): void {
    this.phase = 'closed';
    this.closedError ??= reason;
    this.#endFlight();
    this.#hold(undefined);
    this.#settle(this.closedError);
  }

  #hold(held: HeldToken | undefined): void {
    this.held = held;
    this.decideAt = 0;
  }

  /** Callers that come while these are settled wait for the next token. */
  #settle(arrival: Arrival): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    waiters?.settleAll(arrival);
  }

  #endFlight(): void {
    this.#timer?.cancel();
    this.#flight?.cancel();
    this.#flight = undefined;
  }
}
