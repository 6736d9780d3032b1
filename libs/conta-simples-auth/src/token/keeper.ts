import type { AccessToken, WaitOptions } from '../model/access-token.js';
import type { AcquisitionCause } from '../model/events.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import type { LifetimeClock, Moment } from '../support/clock.js';
import { waitFor } from '../support/deadline.js';
import { type EarlyRetryCheck, earlyRetryCheckDueInMs, startEarlyRetryCheck } from './early-retry-check.js';
import { type FailureState, failureError } from './failure-state.js';
import { type HeldToken, Rejections } from './held-token.js';
import type { KeeperOptions } from './keeper-settings.js';
import { RefreshCycle } from './refresh-cycle.js';
import { dueInMs, intervalEnd, waiveInterval } from './refresh-schedule.js';
import { tokenStatus } from './token-reports.js';
import type { Wait, WaitLimits } from './waiters.js';

const NO_LIMITS: WaitOptions = {};

/** One account's token, as its callers see it. Calls are answered from memory wherever that is possible. */
export class TokenKeeper {
  readonly #clock: LifetimeClock;
  readonly #cycle: RefreshCycle;
  /** Made at the first 401. */
  #rejections: Rejections | undefined;
  /** The last one. */
  #earlyRetry: EarlyRetryCheck | undefined;
  /** Set when the account was evicted: calls that still hold this keeper use the one that the account has now. */
  #successor: ((account: string) => TokenKeeper) | undefined;
  /** Its place among the accounts that may be evicted, which the registry keeps here. */
  evictionScore = 0;
  evictionIndex = -1;

  constructor(options: KeeperOptions) {
    this.#clock = options.settings.lifetimeClock;
    this.#cycle = new RefreshCycle(options);
  }

  get account(): string {
    return this.#cycle.account;
  }

  /** The held token if the call needs no decision, at the price of one clock read. */
  current(elapsed = this.#clock.elapsedMs()): HeldToken | undefined {
    const cycle = this.#cycle;
    if (elapsed >= cycle.decideAt) return undefined;
    this.#noteUse(elapsed);
    return cycle.held;
  }

  /**
   * {@link TokenKeeper.current} as a promise, which is made once. Without a token, what callers of the same millisecond
   * wait for, if the call has no limits: ten thousand of them at once take half the time.
   */
  currentPromise(limits?: WaitOptions): Promise<AccessToken> | undefined {
    const elapsed = this.#clock.elapsedMs();
    const held = this.current(elapsed);
    if (held !== undefined) return this.#cycle.promise ?? held.makePromise(this.#cycle);
    return limits === undefined ? this.#sharedWait(elapsed)?.token() : undefined;
  }

  /** The value of {@link TokenKeeper.currentPromise}. */
  currentValue(limits?: WaitOptions): Promise<string> | undefined {
    const elapsed = this.#clock.elapsedMs();
    const held = this.current(elapsed);
    if (held !== undefined) return this.#cycle.valuePromise ?? held.makeValuePromise(this.#cycle);
    return limits === undefined ? this.#sharedWait(elapsed)?.value() : undefined;
  }

  /** The token: at once if one can be served, otherwise as soon as the one request for it is answered. */
  get(wait: WaitOptions = NO_LIMITS): Promise<AccessToken> {
    if (wait.signal?.aborted) return Promise.reject(wait.signal.reason);
    const now = this.#clock.read();
    const held = this.#serve(now);
    if (held !== undefined) return this.#cycle.promise ?? held.makePromise(this.#cycle);
    return this.#successor ? this.#forward(this.#successor, (keeper) => keeper.get(wait)) : this.#next(now, wait);
  }

  /** The value of {@link TokenKeeper.get}: one promise for each caller that waits, not two. */
  getValue(limits: WaitOptions = NO_LIMITS): Promise<string> {
    const isMissing = this.#cycle.held === undefined && this.#successor === undefined;
    const wait = isMissing ? this.#wait(this.#clock.read(), limits) : this.get(limits);
    return 'then' in wait ? wait.then(({ value }) => value) : wait.value();
  }

  /** A new token, also if one is held; joins a request that runs. */
  async refresh(wait: WaitOptions = {}): Promise<AccessToken> {
    wait.signal?.throwIfAborted();
    if (this.#successor) return this.#forward(this.#successor, (keeper) => keeper.refresh(wait));
    return this.#next(this.#clock.read(), wait, 'forced');
  }

  /** Forgets the token if it is the one held; the next call obtains another. */
  invalidate(value: string): boolean {
    const { held } = this.#cycle;
    if (held?.token.value !== value) return false;
    const now = this.#clock.read();
    if (held.isAccepted) waiveInterval(this.#cycle, now);
    this.#cycle.drop(now);
    return true;
  }

  /**
   * The token to send a request again with after a 401, or `undefined` if sending it again is pointless. If the rejected
   * token is still held, one request replaces it for all callers that report it.
   */
  async replacementFor(rejected: AccessToken, wait: WaitOptions = {}): Promise<AccessToken | undefined> {
    const now = this.#clock.read();
    const { held } = this.#cycle;
    const isHeld = held?.token.value === rejected.value;
    if (isHeld && !this.#reject(held, now, false)) return undefined;
    if (this.#successor) return this.#forward(this.#successor, (keeper) => keeper.replacementFor(rejected, wait));
    if (isHeld) return this.#next(now, wait, 'rejected');
    return held === undefined ? this.#next(now, wait) : this.get(wait);
  }

  /** A request was rejected with 401 and is not sent again. `isReplay`: it had been rejected before, with another token. */
  noteRejected(token: AccessToken, isReplay = false): void {
    const { held } = this.#cycle;
    if (held?.token.value === token.value) this.#reject(held, this.#clock.read(), isReplay);
  }

  /** The API answered anything but 401 to this token. */
  noteAccepted(token: AccessToken): void {
    const { held } = this.#cycle;
    if (held?.token === token) held.isAccepted = true;
  }

  /** A request was rejected with 401, was sent again with this token, and was not rejected again. */
  noteReplayAccepted(token: AccessToken): void {
    this.noteAccepted(token);
    const { held } = this.#cycle;
    if (held?.token !== token) return;
    this.#rejections ??= new Rejections();
    if (this.#rejections.replayAccepted(held)) this.#cycle.settings.onContention(this.account);
  }

  /** A request was sent again after a 401, and got this status; 0 if it got no answer. */
  noteReplayed(status: number): void {
    this.#cycle.settings.emit({ type: 'replayed', account: this.account, at: this.#clock.read().wall, status });
  }

  /** Obtains the first token without a caller. Never rejects. */
  warmUp(): void {
    if (this.#cycle.held === undefined) this.#cycle.start(this.#clock.read());
  }

  status(): ContaSimplesTokenStatus {
    return tokenStatus(this.#clock.read(), this.#cycle);
  }

  /** The elapsed time of the last call, in milliseconds of the {@link LifetimeClock}. */
  get usedAt(): number {
    return this.#cycle.usedAt;
  }

  get hasHadToken(): boolean {
    return this.#cycle.generation > 0;
  }

  /** Whether a request or an early retry check runs, or callers wait: such an account is not evicted. */
  get isBusy(): boolean {
    return this.#cycle.isInFlight || this.#cycle.isAwaited || this.#earlyRetry?.isRunning === true;
  }

  /** The account has other credentials: forgets the token and all failures, and obtains another token for the waiters. */
  restart(): void {
    this.#rejections = undefined;
    this.#earlyRetry?.cancel();
    this.#earlyRetry = undefined;
    this.#cycle.restart();
  }

  /** The application is closing, but calls still arrive. */
  drain(): void {
    this.#cycle.drain();
  }

  /**
   * The account was evicted and is not kept fresh. A call that still holds this keeper, such as one whose token is rejected
   * later, uses the keeper that `successor` returns.
   */
  retire(successor?: (account: string) => TokenKeeper): void {
    this.#successor = successor;
    this.#cycle.retire();
  }

  /** Serves no more tokens: each caller gets an error that `reason` makes, `shut_down` if it is left out. */
  close(reason?: () => Error): void {
    this.#earlyRetry?.cancel();
    this.#cycle.close(reason);
  }

  #noteUse(elapsed: number): void {
    this.#cycle.usedAt = elapsed;
    this.#cycle.isWanted = true;
  }

  /** The held token, if it can be served. Makes sure that it is renewed in time. */
  #serve(now: Moment): HeldToken | undefined {
    const cycle = this.#cycle;
    const { held, failureState } = cycle;
    if (!held?.isServable(now)) return undefined;
    const { observer } = this.#cycle.settings;
    this.#noteUse(Math.floor(now.elapsed));
    cycle.ensurePlanned(now);
    if (failureState !== undefined) {
      this.#checkEarly(failureState, now);
      observer?.servedWhileFailing(this.account);
    }
    // The timer should have done this; if it was throttled or the machine was suspended, a call does.
    if (held.isDue(now)) cycle.start(now, 'scheduled');
    // An observer counts each call while a refresh fails.
    if (observer === undefined || cycle.failureState === undefined) {
      const limitInMs = held.servableMs(now);
      const startInMs = cycle.phase === 'open' && !cycle.isInFlight ? dueInMs(cycle, now) : limitInMs;
      const checkInMs = earlyRetryCheckDueInMs(cycle.failureState, this.#earlyRetry, now);
      cycle.decideAt = Math.floor(now.elapsed + Math.min(limitInMs, startInMs, checkInMs));
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
    const cycle = this.#cycle;
    const wait = cycle.waiters?.last;
    if (wait?.isForAll !== true || cycle.held || cycle.failureState || this.#successor) return undefined;
    // Not by the elapsed time: a test may let the wall clock stand still.
    if (cycle.settings.clock.monotonic() >= wait.openUntil) return undefined;
    this.#noteUse(elapsed);
    return wait;
  }

  /** Lets a caller wait for the next token, with others where it can. A promise if that is not possible. */
  #wait(now: Moment, { signal, timeoutMs }: WaitOptions, given?: AcquisitionCause): Promise<AccessToken> | Wait {
    const cause = given ?? this.#cycle.missingCause;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const cycle = this.#cycle;
    this.#noteUse(Math.floor(now.elapsed));
    if (cycle.closedError !== undefined) return Promise.reject(cycle.closedError());
    const { failureState } = cycle;
    const { waitTimeoutMs, observer } = cycle.settings;
    const callerWaitMs = failureState?.callerWaitMs ?? waitTimeoutMs;
    const limits = { signal, timeoutMs: Math.min(waitTimeoutMs, timeoutMs ?? callerWaitMs, callerWaitMs) };
    if (failureState !== undefined && cycle.mustFail(failureState, now))
      return this.#failCaller(failureState, now, limits, cause);
    const wait = cycle.request(now, limits, cause);
    // An observer counts each caller that waits.
    wait.isForAll ||= (signal ?? timeoutMs ?? failureState ?? observer) === undefined;
    return wait;
  }

  /** Fails a caller at once, unless a quick early retry check, or something else meanwhile, has changed the state. */
  async #failCaller(failed: FailureState, now: Moment, limits: WaitLimits, cause: AcquisitionCause) {
    const cycle = this.#cycle;
    cycle.reportState(now, failed);
    const check = cycle.phase === 'draining' ? undefined : this.#checkEarly(failed, now);
    if (check !== undefined) {
      const timeoutMs = Math.min(check.callerWaitMs(now), limits.timeoutMs);
      await waitFor(check.done, { clock: this.#cycle.settings.clock, signal: limits.signal, timeoutMs });
      limits.signal?.throwIfAborted();
    }
    const later = this.#clock.read();
    const leftMs = Math.max(0, limits.timeoutMs - (later.monotonic - now.monotonic));
    if (cycle.closedError === undefined && cycle.failureState === failed) throw failureError(failed, later, cycle);
    if (cause !== 'forced' && cycle.held?.isServable(later)) return cycle.held.token;
    return this.#next(later, { ...limits, timeoutMs: leftMs }, cause);
  }

  /** Starts an early retry check if one is due. Returns the running one, if a caller still waits for it. */
  #checkEarly(failed: FailureState, now: Moment): EarlyRetryCheck | undefined {
    const last = this.#earlyRetry;
    if (earlyRetryCheckDueInMs(failed, last, now) > 0) return undefined;
    const check = last?.isRunning ? last : startEarlyRetryCheck(this.#cycle, failed, now);
    this.#earlyRetry = check;
    return check.callerWaitMs(now) > 0 ? check : undefined;
  }

  /** Obtains another token after a 401 to the held one; `false` if the route seems to be the cause of the 401. */
  #reject(held: HeldToken, now: Moment, isReplay: boolean): boolean {
    const cycle = this.#cycle;
    this.#rejections ??= new Rejections();
    if (!this.#rejections.mayReplace(held, now, isReplay)) return false;
    if (held.isAccepted) waiveInterval(cycle, now);
    if (cycle.failureState !== undefined) return true;
    // If the next request must wait, the token is served until then: calls of other routes need not wait. If another
    // client revokes the tokens, no route would accept it.
    const isEarly = !cycle.isInFlight && cycle.phase !== 'draining' && now.monotonic < intervalEnd(cycle);
    if (!isEarly || this.#rejections.isContended) cycle.drop(now);
    return true;
  }

  /** Calls the keeper that replaced this one. */
  #forward<T>(successor: (account: string) => TokenKeeper, call: (keeper: TokenKeeper) => Promise<T>): Promise<T> {
    return Promise.resolve(this.account).then(successor).then(call);
  }
}
