import type { AccessToken, WaitOptions } from '../model/access-token.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import { AccountUse } from './account-use.js';
import { retryAt } from './failure-state.js';
import type { HeldToken } from './held-token.js';
import type { KeeperObserver, KeeperOptions } from './keeper-options.js';
import type { LifeClock, Moment } from './life-clock.js';
import { RefreshCycle } from './refresh-cycle.js';
import { Rejections } from './rejections.js';

/** One account's token, as its callers see it: what is asked here is answered from memory wherever that is possible. */
export class TokenKeeper extends AccountUse {
  readonly account: string;
  readonly #lifeClock: LifeClock;
  readonly #cycle: RefreshCycle;
  readonly #observer: KeeperObserver | undefined;
  readonly #rejections: Rejections;
  /** Set when the account was evicted: calls that still hold this keeper use the one that the account has now. */
  #successor: ((account: string) => TokenKeeper) | undefined;

  constructor(options: KeeperOptions) {
    super();
    this.account = options.account;
    this.#lifeClock = options.settings.lifeClock;
    this.#observer = options.settings.observer;
    this.#rejections = new Rejections(options);
    this.#cycle = new RefreshCycle(options, this);
  }

  /** The held token if nothing at all needs deciding, at the price of one clock read. */
  current(): HeldToken | undefined {
    return this.#needsNoLook() ? this.fast : undefined;
  }

  /** The same as a promise, made beforehand. */
  currentPromise(): Promise<AccessToken> | undefined {
    return this.#needsNoLook() ? this.fastPromise : undefined;
  }

  /** The token: at once if one can be served, otherwise as soon as the one request for it is answered. */
  get(wait: WaitOptions = {}): Promise<AccessToken> {
    if (wait.signal?.aborted) return Promise.reject(wait.signal.reason);
    const now = this.#lifeClock.look();
    const held = this.#cycle.held;
    if (!held?.isServable(now)) return this.#forward((keeper) => keeper.get(wait)) ?? this.#cycle.next(now, wait);
    this.#cycle.noteUse(now);
    if (this.#cycle.failureState !== undefined) this.#observer?.servedWhileFailing(this.account);
    // The timer should have done this; where it was throttled or slept through, a call does.
    if (held.isDue(now)) this.#cycle.start(now, 'scheduled');
    this.#rememberUntilNextDecision(now, held);
    return held.promise;
  }

  /** A new token, whatever is held; joins a request that is under way. */
  async refresh(wait: WaitOptions = {}): Promise<AccessToken> {
    wait.signal?.throwIfAborted();
    return this.#forward((keeper) => keeper.refresh(wait)) ?? this.#cycle.next(this.#lifeClock.look(), wait, 'forced');
  }

  /** Forgets the token if it is the one held; the next call obtains another. */
  invalidate(value: string): boolean {
    if (this.#cycle.held?.token.value !== value) return false;
    this.#cycle.invalidate(this.#lifeClock.look());
    return true;
  }

  /**
   * The token to send a request again with after a 401, or `undefined` if sending it again is pointless. If the rejected
   * token is still held, one request replaces it for all callers that report it.
   */
  async replacementFor(rejected: AccessToken, wait: WaitOptions = {}): Promise<AccessToken | undefined> {
    const now = this.#lifeClock.look();
    const { held } = this.#cycle;
    const isHeld = held?.token.value === rejected.value;
    if (isHeld && !this.#reject(rejected, now, false)) return undefined;
    const forwarded = this.#forward((keeper) => keeper.replacementFor(rejected, wait));
    if (forwarded !== undefined) return forwarded;
    if (isHeld) return this.#cycle.next(now, wait, 'rejected');
    return held === undefined ? this.#cycle.next(now, wait) : this.get(wait);
  }

  /** A request was rejected with 401 and cannot be sent again. */
  refuse(rejected: AccessToken): void {
    this.#reject(rejected, this.#lifeClock.look(), false);
  }

  /** A request was rejected with 401, was sent again with this token, and was rejected again. */
  refuseReplay(rejected: AccessToken): void {
    this.#reject(rejected, this.#lifeClock.look(), true);
  }

  /** The API answered anything but 401 to this token. */
  accept(token: AccessToken): void {
    const held = this.#cycle.held;
    if (held !== undefined && held.token === token) held.accepted = true;
  }

  /** A request was rejected with 401, was sent again with this token, and was not rejected again. */
  acceptReplay(token: AccessToken): void {
    const held = this.#cycle.held;
    if (held === undefined || held.token !== token) return;
    held.accepted = true;
    this.#rejections.acceptedReplay(held);
  }

  /** A request was sent again after a 401, and got this status; 0 if it got no answer. */
  noteReplay(status: number): void {
    this.#cycle.report.replayed(this.#lifeClock.look(), status);
  }

  /** Obtains the first token without anybody waiting for it. Never rejects. */
  warmUp(): void {
    if (this.#cycle.held === undefined) this.#cycle.start(this.#lifeClock.look());
  }

  status(): ContaSimplesTokenStatus {
    const now = this.#lifeClock.look();
    const { failureState, generation, held } = this.#cycle;
    const served = held?.isServable(now) ? held : undefined;
    const retry = failureState && { retryAt: retryAt(failureState, now) };
    const state = this.#cycle.state(now);
    const neverHeld = state === 'empty' && failureState === undefined && generation === 0;
    return {
      account: this.account,
      state,
      ...(neverHeld && this.#cycle.isKeptFresh && !this.#cycle.canStart && { pending: true }),
      generation,
      ...(served && {
        obtainedAt: served.token.obtainedAt,
        expiresAt: served.token.expiresAt,
        fingerprint: served.token.fingerprint,
        nextRefreshAt: retry?.retryAt ?? Math.round(now.wall + served.dueInMs(now)),
      }),
      ...(failureState && {
        lastFailure: { kind: failureState.failure.kind, at: failureState.at.wall, message: failureState.failure.what },
        ...retry,
      }),
    };
  }

  /** The credentials are others now: forgets the token and all failures, and obtains another for whoever waits. */
  restart(): void {
    this.#rejections.reset();
    this.#cycle.restart();
  }

  /** The application is ending, but calls still arrive. */
  drain(): void {
    this.#cycle.drain();
  }

  /** Whether a request runs, or callers wait: such an account is not evicted. */
  get isBusy(): boolean {
    return this.#cycle.isBusy;
  }

  get hasHadToken(): boolean {
    return this.#cycle.generation > 0;
  }

  /**
   * Evicted to make room for others; no longer kept fresh. A call that still holds it, such as one whose token is rejected
   * later, uses the keeper that `successor` gives.
   */
  retire(successor?: (account: string) => TokenKeeper): void {
    this.#successor = successor;
    this.#cycle.retire();
  }

  /** Hands out no more tokens: each caller gets an error that `reason` makes, `shut_down` unless another is given. */
  close(reason?: () => Error): void {
    this.#cycle.close(reason);
  }

  /** Calls the keeper that took the place of this one; `undefined` where this one is the account's. */
  #forward<T>(call: (keeper: TokenKeeper) => Promise<T>): Promise<T> | undefined {
    const successor = this.#successor;
    return successor && Promise.resolve(this.account).then(successor).then(call);
  }

  #needsNoLook(): boolean {
    const now = this.#lifeClock.elapsedMs();
    if (now >= this.fastUntil) return false;
    this.noteUse(now);
    return true;
  }

  /** Replaces a rejected token if it is the one held; `false` where the route seems to be the cause of the 401. */
  #reject(rejected: AccessToken, now: Moment, isReplay: boolean): boolean {
    const { held } = this.#cycle;
    if (held?.token.value !== rejected.value) return true;
    if (!this.#rejections.mayReplace(held, now, isReplay)) return false;
    this.#cycle.reject(now, this.#rejections.isContended);
    return true;
  }

  /** To the limit of the token, or to the next request that a call should start if the timer does not. */
  #rememberUntilNextDecision(now: Moment, held: HeldToken): void {
    // While a refresh fails, each call is somebody's to count; the way without a look is for when all is well.
    if (this.#observer !== undefined && this.#cycle.failureState !== undefined) return;
    const untilLimitMs = held.servableMs(now);
    const untilDueMs = this.#cycle.canStart ? this.#cycle.dueInMs(now) : untilLimitMs;
    this.fast = held;
    this.fastPromise = held.promise;
    const untilMs = Math.min(untilLimitMs, untilDueMs, this.#cycle.earlyRetry.dueInMs(this.#cycle.failureState, now));
    this.fastUntil = Math.floor(now.elapsed + untilMs);
  }
}
