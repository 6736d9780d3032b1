import type { TokenFailureKind } from './failure-kinds.js';

/**
 * Why a token was obtained: the `first` of this process, `scheduled` before the old one ended, on demand because it had
 * `expired`, because a resource `rejected` it, `forced` by `refresh()`, or `shared` by another process.
 *
 * @publicApi
 */
export type AcquisitionCause = 'first' | 'scheduled' | 'expired' | 'rejected' | 'forced' | 'shared';

/**
 * What every event says.
 *
 * @publicApi
 */
export interface ContaSimplesTokenEventBase {
  /** The account's name; `*` where it is about all of them. */
  readonly account: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * An attempt to obtain a token failed, or what that has led to.
 *
 * @publicApi
 */
export interface ContaSimplesTokenFailureEvent extends ContaSimplesTokenEventBase {
  /**
   * `refresh_failed`, told for each attempt; `degraded`, told once as the held token begins to be served without being
   * renewed; `cooling`, told once as calls begin to fail at once, until `retryAt`.
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
  /** HTTP status of the token endpoint, where there was an answer. */
  readonly status?: number;
  /** The service's id of the failed request, to quote in a support ticket. */
  readonly requestId?: string;
}

/**
 * What happened to an account's token. Nothing secret is in any of them.
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
      /** Why it was asked for, or that another process had done so. */
      readonly cause: AcquisitionCause;
      /** A short one-way digest of the token. */
      readonly fingerprint: string;
      /** How many tokens this process has held for the account, this one included. */
      readonly generation: number;
      /** When the token ends, epoch milliseconds. */
      readonly expiresAt: number;
      /** How long the request took, milliseconds. */
      readonly durationMs: number;
    })
  | (ContaSimplesTokenFailureEvent & {
      /** An attempt failed; told for each. */
      readonly type: 'refresh_failed';
    })
  | (ContaSimplesTokenFailureEvent & {
      /** A refresh fails, the held token is still served. */
      readonly type: 'degraded';
    })
  | (ContaSimplesTokenFailureEvent & {
      /** No token can be served, calls fail at once until `retryAt`. */
      readonly type: 'cooling';
    })
  | (ContaSimplesTokenEventBase & {
      /** The first token after failures. */
      readonly type: 'recovered';
      /** Failures that came before. */
      readonly attempts: number;
    })
  | (ContaSimplesTokenEventBase & {
      /** A token was given up: a resource refused it, or `invalidate()` was called with it. */
      readonly type: 'invalidated';
      /** A short one-way digest of that token. */
      readonly fingerprint: string;
    })
  | (ContaSimplesTokenEventBase & {
      /** The shared store fails or hangs: this process asks for tokens of its own until it is back. */
      readonly type: 'store_unavailable';
      /** What happened, in one clause. */
      readonly message: string;
    })
  | (ContaSimplesTokenEventBase & {
      /** The shared store answers again. */
      readonly type: 'store_recovered';
    })
  | (ContaSimplesTokenEventBase & {
      /** A request was sent a second time with a new token after a 401. */
      readonly type: 'replayed';
      /** HTTP status of the second answer. */
      readonly status: number;
    });
