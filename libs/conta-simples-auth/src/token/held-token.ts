import { AccessToken } from '../model/access-token.js';
import type { AcquisitionCause, ContaSimplesTokenEvent } from '../model/events.js';
import { type Instant, type Moment, sinceMs } from '../support/clock.js';
import type { RunInContext } from './keeper-settings.js';
import type { RefreshWindow } from './refresh-schedule.js';
import type { TokenGrant } from './token-source.js';

/** What is known of a token that was obtained because of a 401. */
export interface Replacement {
  /** When this process obtained it, in elapsed time. */
  readonly heldSince: number;
  /** Whether a request that had been rejected with the previous token was accepted with this one. */
  hasAcceptedReplay: boolean;
  /** Whether a 401 to this token was once attributed to a route. */
  isDoubted: boolean;
}

/** The promises of the held token and of its value, kept where calls find them without reading the token. */
interface CachedPromises {
  promise: Promise<AccessToken> | undefined;
  valuePromise: Promise<string> | undefined;
  /** A promise keeps the async context in which it is made: it must not be that of a request. */
  readonly settings: { readonly inContext: RunInContext };
}

/**
 * A token in use: when it is renewed, and until when it is served. Times are in elapsed time, and in whole milliseconds,
 * which V8 stores without an allocation.
 */
export class HeldToken {
  readonly token: AccessToken;
  /** Whether the API has answered anything but 401 to it. */
  isAccepted = false;
  readonly replacement: Replacement | undefined;
  readonly #renewAt: number;
  /** Before the end of the lifetime, so that the call it is sent with still arrives in time. */
  readonly #serveUntil: number;

  constructor(
    { value, lifetimeMs, sentAt }: TokenGrant,
    window: RefreshWindow,
    now: Moment,
    { isReplacement }: { readonly isReplacement: boolean },
  ) {
    const sentElapsed = now.elapsed - sinceMs(sentAt, now);
    this.token = new AccessToken(value, sentAt.wall, sentAt.wall + lifetimeMs);
    this.replacement = isReplacement
      ? { heldSince: now.elapsed, hasAcceptedReplay: false, isDoubted: false }
      : undefined;
    this.#renewAt = Math.round(sentElapsed + window.refreshAfterMs);
    this.#serveUntil = Math.floor(sentElapsed + window.serveForMs);
  }

  /** Made by the first call that finds the token cached. */
  makePromise(cycle: CachedPromises): Promise<AccessToken> {
    cycle.promise = cycle.settings.inContext(() => Promise.resolve(this.token));
    return cycle.promise;
  }

  makeValuePromise(cycle: CachedPromises): Promise<string> {
    cycle.valuePromise = cycle.settings.inContext(() => Promise.resolve(this.token.value));
    return cycle.valuePromise;
  }

  isServable(now: Moment): boolean {
    return now.elapsed < this.#serveUntil;
  }

  isDue(now: Moment): boolean {
    return now.elapsed >= this.#renewAt;
  }

  /** Milliseconds for which it can still be served. */
  servableMs(now: Moment): number {
    return Math.max(0, this.#serveUntil - now.elapsed);
  }

  /** Milliseconds until its renewal; 0 when that is due. */
  dueInMs(now: Moment): number {
    return Math.max(0, this.#renewAt - now.elapsed);
  }
}

/** How a token was obtained. */
export interface Acquisition {
  readonly cause: AcquisitionCause;
  readonly generation: number;
  readonly requestMs: number;
}

export function acquiredEvent(
  account: string,
  now: Instant,
  { token: { fingerprint, expiresAt } }: HeldToken,
  { cause, generation, requestMs }: Acquisition,
): ContaSimplesTokenEvent {
  const durationMs = Math.round(requestMs);
  return { type: 'acquired', account, at: now.wall, cause, fingerprint, generation, expiresAt, durationMs };
}

/** How long 401s are passed to callers without a refresh when a route, and not the token, seems to be the cause. */
const PAUSE_MS = 30_000;
/** After so many revoked tokens in a row, another client seems to use the same credentials. */
const CONTENDED_AT = 2;
const MAX_REVOKED = 2 * CONTENDED_AT;

/**
 * Decides what a 401 to the held token means. Made at the first 401 of an account.
 *
 * - Usually the token was revoked, and another one is obtained.
 * - If that one is rejected as well, by the same request or within 30 s and before any call has accepted it, the route
 *   seems to be the cause: 401s are then passed on for 30 s, once for each such token.
 * - If the replacements work but are soon rejected too, another client uses the same credentials, and the API keeps one
 *   valid token per account. Then 401s are never passed on, and the minimum interval limits the requests.
 */
export class Rejections {
  #pauseUntil = Number.NEGATIVE_INFINITY;
  /** Counts the tokens that were provably revoked; a 401 that proves nothing takes one off. */
  #revokedCount = 0;

  /** Whether another client seems to revoke the tokens of this one. */
  get isContended(): boolean {
    return this.#revokedCount >= CONTENDED_AT;
  }

  /** Whether to obtain another token after a 401 to the held one. `isReplay`: the request was rejected before, too. */
  mayReplace({ isAccepted, replacement }: HeldToken, now: Moment, isReplay: boolean): boolean {
    if (now.monotonic < this.#pauseUntil) return false;
    if (replacement === undefined) {
      // It was not obtained because of a 401, so the previous token lived until its renewal.
      this.#revokedCount = 0;
      return true;
    }
    const isNew = !isAccepted && now.elapsed - replacement.heldSince < PAUSE_MS;
    const isRouteSuspect = isReplay || isNew;
    if (!isRouteSuspect || replacement.isDoubted) return true;
    // One pause for each token: a revoked token is never accepted, so a second pause would have no end.
    replacement.isDoubted = true;
    const isContended = this.isContended;
    if (!replacement.hasAcceptedReplay && this.#revokedCount > 0) this.#revokedCount--;
    if (isContended) return true;
    this.#pauseUntil = now.monotonic + PAUSE_MS;
    return false;
  }

  /**
   * A request that was rejected before is accepted with this token, which proves that the previous one was revoked.
   * Returns whether another client seems to be the cause from now on.
   */
  replayAccepted({ replacement }: HeldToken): boolean {
    if (replacement === undefined || replacement.hasAcceptedReplay) return false;
    replacement.hasAcceptedReplay = true;
    this.#revokedCount = Math.min(MAX_REVOKED, this.#revokedCount + 1);
    return this.#revokedCount === CONTENDED_AT;
  }
}
