import type { TokenFailureKind } from './failure-kinds.js';

/**
 * Why a token was obtained: the `first` of this process; `scheduled` before the old one ended; because the old one had
 * `expired`; because the API `rejected` it; `forced` by `refresh()`; or `shared` by another process.
 *
 * @publicApi
 */
export type AcquisitionCause = 'first' | 'scheduled' | 'expired' | 'rejected' | 'forced' | 'shared';

/**
 * The fields of every event.
 *
 * @publicApi
 */
export interface ContaSimplesTokenEventBase {
  /** The account's name; `*` if the event concerns all accounts. */
  readonly account: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * An attempt to obtain a token failed, or a state that follows from it.
 *
 * @publicApi
 */
export interface ContaSimplesTokenFailureEvent extends ContaSimplesTokenEventBase {
  /**
   * `refresh_failed`: emitted for each failed attempt. `degraded`: emitted once when the refresh fails and calls still get
   * the held token. `cooling`: emitted once when there is no token and calls fail at once, until `retryAt`.
   */
  readonly type: 'refresh_failed' | 'degraded' | 'cooling';
  /** Why. */
  readonly kind: TokenFailureKind;
  /** What happened, in one clause. */
  readonly message: string;
  /** Failures in a row. */
  readonly attempts: number;
  /** When the next attempt may be made, epoch milliseconds. */
  readonly retryAt: number;
  /** HTTP status of the token endpoint; absent without an answer. */
  readonly status?: number;
  /** The service's id of the failed request, to quote in a support ticket. */
  readonly requestId?: string;
}

/**
 * What happened to an account's token. No event contains a secret.
 *
 * @example
 * ```ts
 * constructor(tokens: ContaSimplesTokenService) {
 *   tokens.events.subscribe((event) => {
 *     if (event.type === 'cooling') console.error(`${event.account} has no token: ${event.kind}`);
 *   });
 * }
 * ```
 * @publicApi
 */
export type ContaSimplesTokenEvent =
  | (ContaSimplesTokenEventBase & {
      /** A token was obtained. */
      readonly type: 'acquired';
      /** Why it was obtained. */
      readonly cause: AcquisitionCause;
      /** A short one-way digest of the token. */
      readonly fingerprint: string;
      /** How many tokens this process has held for the account, including this one. */
      readonly generation: number;
      /** When the token ends, epoch milliseconds. */
      readonly expiresAt: number;
      /** How long the request took, milliseconds. */
      readonly durationMs: number;
    })
  | (ContaSimplesTokenFailureEvent & {
      /** An attempt failed; emitted for each. */
      readonly type: 'refresh_failed';
    })
  | (ContaSimplesTokenFailureEvent & {
      /** A refresh fails, calls still get the held token. */
      readonly type: 'degraded';
    })
  | (ContaSimplesTokenFailureEvent & {
      /** There is no token, calls fail at once until `retryAt`. */
      readonly type: 'cooling';
    })
  | (ContaSimplesTokenEventBase & {
      /** The first token after failures. */
      readonly type: 'recovered';
      /** Failures before it. */
      readonly attempts: number;
    })
  | (ContaSimplesTokenEventBase & {
      /** A token was discarded: the API rejected it, or `invalidate()` was called with it. */
      readonly type: 'invalidated';
      /** A short one-way digest of that token. */
      readonly fingerprint: string;
    })
  | (ContaSimplesTokenEventBase & {
      /** The shared store fails or hangs: this process requests its own tokens until the store works again. */
      readonly type: 'store_unavailable';
      /** What happened, in one clause. */
      readonly message: string;
    })
  | (ContaSimplesTokenEventBase & {
      /** The shared store works again. */
      readonly type: 'store_recovered';
    })
  | (ContaSimplesTokenEventBase & {
      /** A request was sent a second time with a new token after a 401. */
      readonly type: 'replayed';
      /** HTTP status of the second answer. */
      readonly status: number;
    });
