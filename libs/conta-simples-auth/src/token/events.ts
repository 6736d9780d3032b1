import type { TokenFailureKind } from './error-kind.js';

/**
 * Why a token was obtained: the `first` of this process, `scheduled` before the old one ended, on demand because it had
 * `expired`, because a resource `rejected` it, `forced` by `refresh()`, or `shared` by another process.
 *
 * @publicApi
 */
export type AcquisitionCause = 'first' | 'scheduled' | 'expired' | 'rejected' | 'forced' | 'shared';

interface EventBase {
  /** The account's name; `*` where it is about all of them. */
  readonly account: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface FailureEvent extends EventBase {
  readonly kind: TokenFailureKind;
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
 * @publicApi
 */
export type ContaSimplesTokenEvent =
  | (EventBase & {
      readonly type: 'acquired';
      readonly cause: AcquisitionCause;
      readonly fingerprint: string;
      readonly generation: number;
      /** Epoch milliseconds. */
      readonly expiresAt: number;
      /** How long the request took, milliseconds. */
      readonly durationMs: number;
    })
  | (FailureEvent & { readonly type: 'refresh_failed' })
  /** A refresh fails, the held token is still served. */
  | (FailureEvent & { readonly type: 'degraded' })
  /** No token can be served, calls fail at once until `retryAt`. */
  | (FailureEvent & { readonly type: 'cooling' })
  /** The first token after failures. */
  | (EventBase & { readonly type: 'recovered' /** Failures that came before. */; readonly attempts: number })
  | (EventBase & { readonly type: 'invalidated'; readonly fingerprint: string })
  /** The shared store fails or hangs: this process asks for tokens of its own until it is back. */
  | (EventBase & { readonly type: 'store_unavailable'; readonly message: string })
  | (EventBase & { readonly type: 'store_recovered' })
  /** A request was sent a second time with a new token after a 401. */
  | (EventBase & { readonly type: 'replayed'; readonly status: number });
