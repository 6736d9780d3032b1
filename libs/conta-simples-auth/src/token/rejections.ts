import type { HeldToken } from './held-token.js';
import type { KeeperOptions } from './keeper-options.js';
import type { Moment } from './life-clock.js';

/** How long 401s are passed to callers without a refresh once a route, and not the token, seems to be the cause. */
const PAUSE_MS = 30_000;
/** Tokens that had to be replaced, one after the other, before another client is taken for the cause. */
const CONTENDED_AT = 2;
const MAX_LOST = 2 * CONTENDED_AT;

/**
 * Decides what a 401 to the held token means.
 *
 * - Usually the token was revoked, and another one is obtained.
 * - If that one is rejected as well, by the same request or within 30 s and before any call has accepted it, the route is
 *   taken for the cause: 401s are then passed on for 30 s, once for each such token.
 * - If the replacements work but are soon rejected too, another client uses the same credentials, and the API keeps one
 *   valid token per account. Then nothing is paused, and the minimum interval limits the requests.
 */
export class Rejections {
  #pauseUntil = Number.NEGATIVE_INFINITY;
  /** Goes up with each token that is proven to have been revoked, and down with each 401 that proves nothing. */
  #lost = 0;
  readonly #options: KeeperOptions;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Whether another client seems to revoke the tokens of this one. */
  get isContended(): boolean {
    return this.#lost >= CONTENDED_AT;
  }

  /** Whether a 401 to the held token is a reason to obtain another. `isReplay`: the request was rejected before, too. */
  mayReplace(held: HeldToken, now: Moment, isReplay: boolean): boolean {
    if (now.monotonic < this.#pauseUntil) return false;
    // A token that was not obtained because of a 401 shows that the one before it lived until its renewal.
    if (held.wantedFor !== 'rejected') this.#lost = 0;
    const isNew = !held.accepted && now.elapsed - held.heldSince < PAUSE_MS;
    const seemsFine = held.wantedFor === 'rejected' && (isReplay || isNew);
    if (!seemsFine || held.isDoubted) return true;
    // One pause for each token: a revoked one is never accepted, so that nothing else would end a second pause.
    held.isDoubted = true;
    const isContended = this.isContended;
    if (!held.acceptedReplay && this.#lost > 0) this.#lost--;
    if (isContended) return true;
    this.#pauseUntil = now.monotonic + PAUSE_MS;
    return false;
  }

  /** A request that was rejected before is accepted with this token, which proves that the one before it was revoked. */
  acceptedReplay(held: HeldToken): void {
    if (held.wantedFor !== 'rejected' || held.acceptedReplay) return;
    held.acceptedReplay = true;
    this.#lost = Math.min(MAX_LOST, this.#lost + 1);
    const { account, settings } = this.#options;
    if (this.#lost === CONTENDED_AT) settings.onContention(account);
  }

  /** The account has other credentials. */
  reset(): void {
    this.#pauseUntil = Number.NEGATIVE_INFINITY;
    this.#lost = 0;
  }
}
