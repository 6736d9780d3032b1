import type { ContaSimplesAuthErrorKind } from './failure-kinds.js';

/**
 * How an account stands:
 *
 * - `empty`: no token, and a call waits for one: before the first, after one has ended or was given up, and after a first
 *   failure that may be gone at the next attempt;
 * - `valid`: a token is served;
 * - `degraded`: a token is served while its refresh fails;
 * - `cooling`: no token, and calls fail at once until `retryAt`;
 * - `closed`: after shutdown.
 *
 * @publicApi
 */
export type ContaSimplesTokenState = 'empty' | 'valid' | 'degraded' | 'cooling' | 'closed';

/**
 * What can be shown of an account's token. Every instant is in epoch milliseconds.
 *
 * @publicApi
 */
export interface ContaSimplesTokenStatus {
  /** The account's name. */
  readonly account: string;
  /** How the account stands. */
  readonly state: ContaSimplesTokenState;
  /**
   * Set while the very first token of an account that is kept fresh is on its way: nothing has failed, and nothing can
   * be served yet. Never set for an account whose first token its first call obtains.
   */
  readonly pending?: true;
  /** When the request for the token that is served left; absent without one. */
  readonly obtainedAt?: number;
  /** When the token that is served ends; absent without one. */
  readonly expiresAt?: number;
  /** When that token will be renewed, or when its renewal will be tried again; absent without one. */
  readonly nextRefreshAt?: number;
  /** A short one-way digest of the token that is served, `sha256:…`; absent without one. */
  readonly fingerprint?: string;
  /** How many tokens this process has held for the account. */
  readonly generation: number;
  /** The last failure; absent once a token has come since. */
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
