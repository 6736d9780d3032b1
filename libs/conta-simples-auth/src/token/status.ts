import type { ContaSimplesAuthErrorKind } from './error-kind.js';

/**
 * - `empty`: no token yet, and no failure;
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
  readonly account: string;
  readonly state: ContaSimplesTokenState;
  /**
   * Set while the very first token of an account that is kept fresh is on its way: nothing has failed, and nothing can
   * be served yet. Never set for an account whose first token its first call obtains.
   */
  readonly pending?: true;
  readonly obtainedAt?: number;
  readonly expiresAt?: number;
  readonly nextRefreshAt?: number;
  readonly fingerprint?: string;
  /** How many tokens this process has held for the account. */
  readonly generation: number;
  readonly lastFailure?: {
    readonly kind: ContaSimplesAuthErrorKind;
    readonly at: number;
    readonly message: string;
  };
  readonly retryAt?: number;
}
