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
