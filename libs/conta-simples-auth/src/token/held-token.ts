import { AccessToken } from '../model/access-token.js';
import { type Moment, sinceMs } from '../support/clock.js';
import type { RefreshWindow } from './refresh-window.js';
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

/**
 * A token in use: when it is renewed, and until when it is served. Times are in elapsed time, and in whole milliseconds,
 * which V8 stores without an allocation.
 */
export class HeldToken {
  readonly token: AccessToken;
  /** Promises of the token and of its value, for calls that find it cached. Made by the first such call. */
  promise: Promise<AccessToken> | undefined;
  valuePromise: Promise<string> | undefined;
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
    this.promise = undefined;
    this.valuePromise = undefined;
    this.replacement = isReplacement
      ? { heldSince: now.elapsed, hasAcceptedReplay: false, isDoubted: false }
      : undefined;
    this.#renewAt = Math.round(sentElapsed + window.refreshAfterMs);
    this.#serveUntil = Math.floor(sentElapsed + window.serveForMs);
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
