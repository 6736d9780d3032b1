import type { ContaSimplesAuthErrorKind } from './failure-kinds.js';

/**
 * The state of an account:
 *
 * - `empty`: no token, and a call waits for one: before the first, after one has ended or was discarded, and after a first
 *   failure that the next attempt may overcome;
 * - `valid`: calls get a token;
 * - `degraded`: calls get a token while its refresh fails;
 * - `cooling`: no token, and calls fail at once until `retryAt`;
 * - `closed`: after shutdown.
 *
 * @publicApi
 */
export type ContaSimplesTokenState = 'empty' | 'valid' | 'degraded' | 'cooling' | 'closed';

/**
 * The state of an account's token, without anything secret. Every instant is in epoch milliseconds.
 *
 * @publicApi
 */
export interface ContaSimplesTokenStatus {
  /** The account's name. */
  readonly account: string;
  /** The state of the account. */
  readonly state: ContaSimplesTokenState;
  /**
   * Set while the first token of an account that is kept fresh is being obtained and no attempt has failed. Never set for an
   * account whose first token is obtained by its first call.
   */
  readonly pending?: true;
  /** When the request for the held token was sent; absent without a token. */
  readonly obtainedAt?: number;
  /** When the held token ends; absent without a token. */
  readonly expiresAt?: number;
  /** When that token will be renewed, or its renewal retried; absent without a token. */
  readonly nextRefreshAt?: number;
  /** A short one-way digest of the held token, `sha256:…`; absent without a token. */
  readonly fingerprint?: string;
  /** How many tokens this process has held for the account. */
  readonly generation: number;
  /** The last failure; absent if a token was obtained after it. */
  readonly lastFailure?: {
    /** Why. */
    readonly kind: ContaSimplesAuthErrorKind;
    /** When. */
    readonly at: number;
    /** What happened, in one clause. */
    readonly message: string;
  };
  /** When the next attempt may be made; absent without a failure. */
  readonly retryAt?: number;
}
