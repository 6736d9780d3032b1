import type { AccessToken, WaitOptions } from '../model/access-token.js';
import type { AcquisitionCause } from '../model/events.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import type { Moment } from '../support/clock.js';
import { waitFor } from '../support/deadline.js';
import { type EarlyRetryCheck, earlyRetryCheckDueInMs, startEarlyRetryCheck } from './early-retry-check.js';
import { type FailureState, failureError } from './failure-state.js';
import { type HeldToken, Rejections } from './held-token.js';
import { RefreshCycle } from './refresh-cycle.js';
import { dueInMs, intervalEnd, waiveInterval } from './refresh-schedule.js';
import { tokenStatus } from './token-reports.js';
import { SAME_MOMENT_MS, type Wait, type WaitLimits } from './waiters.js';

const NO_LIMITS: WaitOptions = {};

/**
 * One account's token, as its callers see it. Calls are answered from memory wherever that is possible.
 *
 * It is one object with its refresh cycle, because each call reads both: with ten thousand accounts, a second object is
 * one more miss of the processor's cache.
 */
export class TokenKeeper extends RefreshCycle {
  /** Made at the first 401. */
  #rejections: Rejections | undefined;
  /** The last one. */
  #earlyRetry: EarlyRetryCheck | undefined;
  /** Set when the account was evicted: calls that still hold this keeper use the one that the account has now. */
  #successor: ((account: string) => TokenKeeper) | undefined;
  /** Its place among the accounts that may be evicted, which the registry keeps here. */
  evictionScore = 0;
  evictionIndex = -1;

  /** The held token if the call needs no decision, at the price of one clock read: that of `elapsed`, if given. */
  current(elapsed = this.lifetimeClock.elapsedMs()): HeldToken | undefined {
    if (elapsed >= this.decideAt) return undefined;
    this.#noteUse(elapsed);
    return this.held;
  }

  /**
   * {@link TokenKeeper.current} as a promise, which is made once. Without a token, what callers of the same moment wait
   * for, if the call has no limits: ten thousand of them at once take half the time.
   */
  currentPromise(limits?: WaitOptions, elapsed = this.lifetimeClock.elapsedMs()): Promise<AccessToken> | undefined {
    const held = this.current(elapsed);
    if (held !== undefined) return this.promise ?? held.makePromise(this);
    return limits === undefined ? this.#sharedWait(elapsed)?.token() : undefined;
  }

  /** The value of {@link TokenKeeper.currentPromise}. */
  currentValue(limits?: WaitOptions, elapsed = this.lifetimeClock.elapsedMs()): Promise<string> | undefined {
    const held = this.current(elapsed);
    if (held !== undefined) return this.valuePromise ?? held.makeValuePromise(this);
    return limits === undefined ? this.#sharedWait(elapsed)?.value() : undefined;
  }

  /** The token: at once if one can be served, otherwise as soon as the one request for it is answered. */
  get(wait: WaitOptions = NO_LIMITS): Promise<AccessToken> {
    if (wait.signal?.aborted) return Promise.reject(wait.signal.reason);
    const now = this.lifetimeClock.read();
    const held = this.#serve(now);
    if (held !== undefined) return this.promise ?? held.makePromise(this);
    return this.#successor ? this.#forward(this.#successor, (keeper) => keeper.get(wait)) : this.#next(now, wait);
  }

  /** The value of {@link TokenKeeper.get}: one promise for each caller that waits, not two. */
  getValue(limits: WaitOptions = NO_LIMITS): Promise<string> {
    const isMissing = this.held === undefined && this.#successor === undefined;
    const wait = isMissing ? this.#wait(this.lifetimeClock.read(), limits) : this.get(limits);
    return 'then' in wait ? wait.then(({ value }) => value) : wait.value();
  }

  /** A new token, also if one is held; joins a request that runs. */
  async refresh(wait: WaitOptions = {}): Promise<AccessToken> {
    wait.signal?.throwIfAborted();
    if (this.#successor) return this.#forward(this.#successor, (keeper) => keeper.refresh(wait));
    return this.#next(this.lifetimeClock.read(), wait, 'forced');
  }

  /** Forgets the token if it is the one held; the next call obtains another. */
  invalidate(value: string): boolean {
    const { held } = this;
    if (held?.token.value !== value) return false;
    const now = this.lifetimeClock.read();
    if (held.isAccepted) waiveInterval(this, now);
    this.drop(now);
    return true;
  }

  /**
   * The token to send a request again with after a 401, or `undefined` if sending it again is pointless. If the rejected
   * token is still held, one request replaces it for all callers that report it.
   */
  async replacementFor(rejected: AccessToken, wait: WaitOptions = {}): Promise<AccessToken | undefined> {
    const now = this.lifetimeClock.read();
    const { held } = this;
    const isHeld = held?.token.value === rejected.value;
    if (isHeld && !this.#reject(held, now, false)) return undefined;
    if (this.#successor) return this.#forward(this.#successor, (keeper) => keeper.replacementFor(rejected, wait));
    if (isHeld) return this.#next(now, wait, 'rejected');
    return held === undefined ? this.#next(now, wait) : this.get(wait);
  }

  /** A request was rejected with 401 and is not sent again. `isReplay`: it had been rejected before, with another token. */
  noteRejected(token: AccessToken, isReplay = false): void {
    const { held } = this;
    if (held?.token.value === token.value) this.#reject(held, this.lifetimeClock.read(), isReplay);
  }

  /** The API answered anything but 401 to this token. */
  noteAccepted(token: AccessToken): void {
    const { held } = this;
    if (held?.token === token) held.isAccepted = true;
  }

  /** A request was rejected with 401, was sent again with this token, and was not rejected again. */
  noteReplayAccepted(token: AccessToken): void {
    this.noteAccepted(token);
    const { held } = this;
    if (held?.token !== token) return;
    this.#rejections ??= new Rejections();
    if (this.#rejections.replayAccepted(held)) this.settings.onContention(this.account);
  }

  /** A request was sent again after a 401, and got this status; 0 if it got no answer. */
  noteReplayed(status: number): void {
    this.settings.emit({ type: 'replayed', account: this.account, at: this.lifetimeClock.read().wall, status });
  }

  /** Obtains the first token without a caller. Never rejects. */
  warmUp(): void {
    if (this.held === undefined) this.start(this.lifetimeClock.read());
  }

  status(): ContaSimplesTokenStatus {
    return tokenStatus(this.lifetimeClock.read(), this);
  }

  get hasHadToken(): boolean {
    return this.generation > 0;
  }

  /** Whether a request or an early retry check runs, or callers wait: such an account is not evicted. */
  get isBusy(): boolean {
    return this.isInFlight || this.isAwaited || this.#earlyRetry?.isRunning === true;
  }

  /** The account has other credentials: forgets the token and all failures, and obtains another token for the waiters. */
  override restart(): void {
    this.#rejections = undefined;
    this.#earlyRetry?.cancel();
    this.#earlyRetry = undefined;
    super.restart();
  }

  /**
   * The account was evicted and is not kept fresh. A call that still holds this keeper, such as one whose token is rejected
   * later, uses the keeper that `successor` returns.
   */
  override retire(successor?: (account: string) => TokenKeeper): void {
    this.#successor = successor;
    super.retire();
  }

  /** Serves no more tokens: each caller gets an error that `reason` makes, `shut_down` if it is left out. */
  override close(reason?: () => Error): void {
    this.#earlyRetry?.cancel();
    super.close(reason);
  }

  /** It holds the token, and never prints it. */
  toJSON(): string {
    return 'TokenKeeper';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toJSON();
  }

  #noteUse(elapsed: number): void {
    this.usedAt = elapsed;
    this.isWanted = true;
  }

  /** The held token, if it can be served. Makes sure that it is renewed in time. */
  #serve(now: Moment): HeldToken | undefined {
    const { held, failureState } = this;
    if (!held?.isServable(now)) return undefined;
    const { observer } = this.settings;
    this.#noteUse(Math.floor(now.elapsed));
    this.ensurePlanned(now);
    if (failureState !== undefined) {
      this.#checkEarly(failureState, now);
      observer?.servedWhileFailing(this.account);
    }
    // The timer should have done this; if it was throttled or the machine was suspended, a call does.
    if (held.isDue(now)) this.start(now, 'scheduled');
    // An observer counts each call while a refresh fails.
    if (observer === undefined || this.failureState === undefined) {
      const limitInMs = held.servableMs(now);
      const startInMs = this.phase === 'open' && !this.isInFlight ? dueInMs(this, now) : limitInMs;
      const checkInMs = earlyRetryCheckDueInMs(this.failureState, this.#earlyRetry, now);
      this.decideAt = Math.floor(now.elapsed + Math.min(limitInMs, startInMs, checkInMs));
    }
    return held;
  }

  /** The next token. Never throws. Not an async function, which would double its cost for thousands of callers at once. */
  #next(now: Moment, limits: WaitOptions, cause?: AcquisitionCause): Promise<AccessToken> {
    const wait = this.#wait(now, limits, cause);
    return 'then' in wait ? wait : wait.token();
  }

  /** The wait of the last caller, if one without limits that comes now has nothing to decide. */
  #sharedWait(elapsed: number): Wait | undefined {
    const wait = this.waiters?.last;
    const open = wait?.openToAll;
    if (open === undefined || this.held || this.failureState || this.#successor) return undefined;
    if (elapsed > open.until || this.settings.waitTimers.turn !== open.turn) return undefined;
    // The last caller noted the time.
    this.isWanted = true;
    return wait;
  }

  /** Lets a caller wait for the next token, with others where it can. A promise if that is not possible. */
  #wait(now: Moment, { signal, timeoutMs }: WaitOptions, given?: AcquisitionCause): Promise<AccessToken> | Wait {
    const cause = given ?? this.missingCause;
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#noteUse(Math.floor(now.elapsed));
    if (this.closedError !== undefined) return Promise.reject(this.closedError());
    const { failureState } = this;
    const { waitTimeoutMs, waitTimers, observer } = this.settings;
    const callerWaitMs = failureState?.callerWaitMs ?? waitTimeoutMs;
    const limits = { signal, timeoutMs: Math.min(waitTimeoutMs, timeoutMs ?? callerWaitMs, callerWaitMs) };
    if (failureState !== undefined && this.mustFail(failureState, now))
      return this.#failCaller(failureState, now, limits, cause);
    const wait = this.request(now, limits, cause);
    // An observer counts each caller that waits.
    if ((signal ?? timeoutMs ?? failureState ?? observer) === undefined && this.lifetimeClock.areInStep)
      wait.openToAll ??= { until: Math.ceil(now.elapsed) + SAME_MOMENT_MS, turn: waitTimers.countTurn() };
    return wait;
  }

  /** Fails a caller at once, unless a quick early retry check, or something else meanwhile, has changed the state. */
  async #failCaller(failed: FailureState, now: Moment, limits: WaitLimits, cause: AcquisitionCause) {
    this.reportState(now, failed);
    const check = this.phase === 'draining' ? undefined : this.#checkEarly(failed, now);
    if (check !== undefined) {
      const timeoutMs = Math.min(check.callerWaitMs(now), limits.timeoutMs);
      await waitFor(check.done, { clock: this.settings.clock, signal: limits.signal, timeoutMs });
      limits.signal?.throwIfAborted();
    }
    const later = this.lifetimeClock.read();
    const leftMs = Math.max(0, limits.timeoutMs - (later.monotonic - now.monotonic));
    if (this.closedError === undefined && this.failureState === failed) throw failureError(failed, later, this);
    if (cause !== 'forced' && this.held?.isServable(later)) return this.held.token;
    return this.#next(later, { ...limits, timeoutMs: leftMs }, cause);
  }

  /** Starts an early retry check if one is due. Returns the running one, if a caller still waits for it. */
  #checkEarly(failed: FailureState, now: Moment): EarlyRetryCheck | undefined {
    const last = this.#earlyRetry;
    if (earlyRetryCheckDueInMs(failed, last, now) > 0) return undefined;
    const check = last?.isRunning ? last : startEarlyRetryCheck(this, failed, now);
    this.#earlyRetry = check;
    return check.callerWaitMs(now) > 0 ? check : undefined;
  }

  /** Obtains another token after a 401 to the held one; `false` if the route seems to be the cause of the 401. */
  #reject(held: HeldToken, now: Moment, isReplay: boolean): boolean {
    this.#rejections ??= new Rejections();
    if (!this.#rejections.mayReplace(held, now, isReplay)) return false;
    if (held.isAccepted) waiveInterval(this, now);
    if (this.failureState !== undefined) return true;
    // If the next request must wait, the token is served until then: calls of other routes need not wait. If another
    // client revokes the tokens, no route would accept it.
    const isEarly = !this.isInFlight && this.phase !== 'draining' && now.monotonic < intervalEnd(this);
    if (!isEarly || this.#rejections.isContended) this.drop(now);
    return true;
  }

  /** Calls the keeper that replaced this one. */
  #forward<T>(successor: (account: string) => TokenKeeper, call: (keeper: TokenKeeper) => Promise<T>): Promise<T> {
    return Promise.resolve(this.account).then(successor).then(call);
  }
}
