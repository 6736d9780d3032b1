import type { AccessToken } from '../model/access-token.js';
import type { AcquisitionCause } from '../model/events.js';
import type { ContaSimplesTokenState } from '../model/status.js';
import { type LifetimeClock, type Moment, sinceMs } from '../support/clock.js';
import type { TurnTarget } from '../support/waiting-line.js';
import {
  type FailureState,
  failureError,
  failureStateAfter,
  lateError,
  shutDownError,
  withoutWait,
} from './failure-state.js';
import { Flight, outcomeNow } from './flight.js';
import { acquiredEvent, HeldToken } from './held-token.js';
import type { KeeperOptions, KeeperSettings } from './keeper-settings.js';
import type { NextRequest } from './refresh-schedule.js';
import { allowedInMs, dueInMs, noteRequest, RefreshTimer, refreshWindow } from './refresh-schedule.js';
import { failureEvent, type Phase, tokenState } from './token-reports.js';
import type { TokenFailure, TokenGrant, TokenSource } from './token-source.js';
import { type Arrival, type Wait, Waiters, type WaitLimits } from './waiters.js';

/**
 * How one account's token is obtained and renewed: one request at a time, renewal before the end, a pause after failures.
 * Driven by the timer or by callers; there is no loop. With thousands of accounts its size counts: objects that most
 * accounts do not need are made on first use, and numbers are whole, which V8 stores without an allocation.
 */
export class RefreshCycle implements TurnTarget, NextRequest {
  // Every call reads the next six, which lie together in memory.
  readonly lifetimeClock: LifetimeClock;
  /** May be past its limit: ask {@link HeldToken.isServable}. */
  held: HeldToken | undefined;
  valuePromise: Promise<string> | undefined;
  /** Before this elapsed time, a call gets `held` without a decision; 0 after each change. */
  decideAt = 0;
  /** The elapsed time of the last call. */
  usedAt = 0;
  /** Whether there was a call after the last request started. */
  isWanted = false;
  promise: Promise<AccessToken> | undefined;
  readonly account: string;
  /** Set from the first failure to the next token. */
  failureState: FailureState | undefined;
  /** How many tokens were obtained. */
  generation = 0;
  readonly settings: KeeperSettings;
  #source: TokenSource | undefined;
  lastLifetimeMs: number | undefined;
  requestedAt: number | undefined;
  regularStart: number | undefined;
  phase: Phase = 'open';
  #flight: Flight | undefined;
  waiters: Waiters | undefined;
  #timer: RefreshTimer | undefined;
  /** The cause of the next request while no token is held. */
  missingCause: AcquisitionCause = 'first';
  lastValue: string | undefined;
  /** Failures since the last token. */
  #failures = 0;
  #reportedState: ContaSimplesTokenState = 'empty';

  constructor({ account, settings }: KeeperOptions) {
    this.lifetimeClock = settings.lifetimeClock;
    this.account = account;
    this.settings = settings;
  }

  /** Made when it is needed: most accounts need none between two requests. */
  get source(): TokenSource {
    this.#source ??= this.settings.createSource(this.account);
    return this.#source;
  }

  /** Set when the account is closed: makes the error of each caller. */
  get closedError(): (() => Error) | undefined {
    return typeof this.phase === 'function' ? this.phase : undefined;
  }

  get isAwaited(): boolean {
    return this.waiters?.isEmpty === false;
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

  /** Starts a request without a caller that waits for it, unless one runs or it is too early for one. */
  start(now: Moment, cause: AcquisitionCause = this.missingCause): void {
    if (this.phase === 'open') this.#tryStart(now, cause, false);
  }

  /** Makes sure that a timer renews the held token. */
  ensurePlanned(now: Moment): void {
    if (this.#timer?.isArmed !== true && this.#flight === undefined) this.#planNext(now, 'scheduled');
  }

  /** Starts the request for a caller that waits, or plans it if it is too early. */
  request(now: Moment, limits: WaitLimits, cause: AcquisitionCause): Wait {
    const { waitTimers, observer } = this.settings;
    this.waiters ??= new Waiters(waitTimers, (timeoutMs) => lateError(timeoutMs, this.lifetimeClock.read(), this));
    const onEnd = observer?.callerWaits(this.account);
    const wait = this.waiters.add(limits, now.monotonic, onEnd);
    if (this.#flight === undefined && !this.#tryStart(now, cause, true)) this.#planNext(now, cause);
    return wait;
  }

  /** Ends the cool-down, because a retry has become worthwhile. */
  retryNow(failed: FailureState): void {
    if (this.failureState !== failed || this.phase === 'draining' || this.closedError !== undefined) return;
    this.failureState = withoutWait(failed);
    const now = this.lifetimeClock.read();
    const cause = this.held === undefined ? this.missingCause : 'scheduled';
    if (!this.#tryStart(now, cause, true)) this.#planNext(now, cause);
  }

  #tryStart(now: Moment, cause: AcquisitionCause, isAwaited: boolean): boolean {
    if (this.closedError !== undefined || this.#flight !== undefined) return false;
    // A closing application makes one attempt, which cannot wait for the minimum interval.
    if (this.phase !== 'draining' && allowedInMs(this, now) > 0) return false;
    this.#timer?.cancel();
    const flight = new Flight(cause, now.monotonic, isAwaited);
    this.#flight = flight;
    noteRequest(this, now);
    // A rejected token was served only until this request could be made.
    if (cause === 'rejected' && this.failureState === undefined) this.drop(now);
    this.isWanted = false;
    if (this.phase === 'draining') flight.drain(this.settings.clock);
    this.settings.startTurn(this);
    return true;
  }

  /** Whether no request waits for its turn. */
  get hasLeft(): boolean {
    return this.#flight === undefined || this.#flight.isStarted;
  }

  /** Sends the request that waits for its turn. */
  onTurn(): void {
    if (this.#flight !== undefined && !this.#flight.isStarted) void this.#run(this.#flight);
  }

  async #run(flight: Flight): Promise<void> {
    const answer = await flight.run(this.source, this.lastValue);
    // Restarted or closed in the meantime.
    if (this.#flight !== flight) return;
    this.#flight = undefined;
    const now = this.lifetimeClock.read();
    const outcome = outcomeNow(answer, now);
    if (outcome.ok) this.#succeed(now, flight, outcome.grant);
    else this.#fail(now, flight, outcome.failure);
    this.decideAt = 0;
  }

  #succeed(now: Moment, flight: Flight, grant: TokenGrant): void {
    const { refreshAt, clock, emit, keepFresh } = this.settings;
    const { lifetimeMs, shared = false } = grant;
    const requestMs = shared ? 0 : sinceMs(grant.sentAt, now);
    const window = refreshWindow({ lifetimeMs, refreshAt, requestMs, random: clock.random() });
    const held = new HeldToken(grant, window, now, { isReplacement: flight.cause === 'rejected' });
    const generation = ++this.generation;
    this.#hold(held);
    this.failureState = undefined;
    this.missingCause = 'expired';
    this.lastValue = grant.value;
    this.lastLifetimeMs = Math.floor(lifetimeMs);
    // Another process sent the request: the lease in the store separates the requests of all processes.
    if (shared) this.requestedAt = undefined;
    if (this.source.isReplaceable) this.#source = undefined;
    this.#settle(held.token);
    // An account that is kept fresh only while it is used gets its timer when it is used again.
    if (keepFresh(this.account) !== 'while_used') this.#planNext(now, 'scheduled');
    emit(acquiredEvent(this.account, now, held, { cause: shared ? 'shared' : flight.cause, generation, requestMs }));
    this.#reportedState = 'valid';
    if (this.#failures > 0) emit({ type: 'recovered', account: this.account, at: now.wall, attempts: this.#failures });
    this.#failures = 0;
  }

  #fail(now: Moment, { startedAt, cause }: Flight, failure: TokenFailure): void {
    const input = { failure, previous: this.failureState, now, startedAt, lastLifetimeMs: this.lastLifetimeMs };
    const failureState = failureStateAfter({ ...input, random: this.settings.clock.random() });
    this.failureState = failureState;
    if (failure.coolsForMs !== undefined) this.requestedAt = undefined;
    if (failureState.failsCallers || this.phase === 'draining')
      this.#settle(() => failureError(failureState, now, this));
    this.#planNext(now, cause);
    this.#failures++;
    this.settings.emit(failureEvent('refresh_failed', this.account, now, failureState));
    this.reportState(now, failureState);
  }

  /** Emits an event when the state has become worse. */
  reportState(now: Moment, failed: FailureState): void {
    const state = tokenState(now, this);
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
    this.#timer.arm(dueInMs(this, now), () => this.#onTimer(cause), listing);
  }

  #onTimer(cause: AcquisitionCause): void {
    const now = this.lifetimeClock.read();
    const isAwaited = this.isAwaited;
    const isRenewal = this.held !== undefined && this.failureState === undefined && !isAwaited;
    if (dueInMs(this, now) > 0) this.#planNext(now, cause);
    else if (isAwaited || (this.phase === 'open' && (this.#isKeptFresh || this.isWanted)))
      this.#tryStart(now, isRenewal ? 'scheduled' : cause, isAwaited);
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
    this.requestedAt = undefined;
    this.regularStart = undefined;
    this.#reportedState = 'empty';
    if (this.isAwaited || this.#isKeptFresh) this.#tryStart(this.lifetimeClock.read(), 'first', true);
  }

  /** The application is closing: no timers and no retries. A held token is served; without one there is one short try. */
  drain(): void {
    if (this.phase === 'draining' || this.closedError !== undefined) return;
    this.phase = 'draining';
    this.#timer?.cancel();
    if (this.#flight !== undefined) this.#flight.drain(this.settings.clock);
    else this.#settle(() => shutDownError(this));
  }

  /** The account was evicted: no timer and no request unless a caller waits. */
  retire(): void {
    if (this.phase !== 'open') return;
    this.phase = 'retired';
    if (!this.isAwaited) this.#timer?.cancel();
  }

  /** Rejects all callers, now and later; `reason` makes one error for each of them. */
  close(reason: (() => Error) | undefined = () => shutDownError(this)): void {
    this.phase = this.closedError ?? reason;
    this.#endFlight();
    this.#hold(undefined);
    this.#settle(this.phase);
  }

  #hold(held: HeldToken | undefined): void {
    this.held = held;
    this.promise = undefined;
    this.valuePromise = undefined;
    this.decideAt = 0;
  }

  /** Callers that come while these are settled wait for the next token. */
  #settle(arrival: Arrival): void {
    const waiters = this.waiters;
    this.waiters = undefined;
    waiters?.settleAll(arrival);
  }

  #endFlight(): void {
    this.#timer?.cancel();
    this.#flight?.cancel();
    this.#flight = undefined;
  }
}
