import type { ContaSimplesFetchInit } from '../http/guarded-fetch.js';
import type { AccessToken } from '../token/access-token.js';
import type { ContaSimplesTokenStatus } from '../token/status.js';
import type { WaitOptions } from '../token/waiters.js';
import type { ContaSimplesTokenService } from './token.service.js';

/** Private members set aside, so that a stand-in of the service will do. */
type Tokens = Pick<
  ContaSimplesTokenService,
  'getToken' | 'getAccessToken' | 'refresh' | 'invalidate' | 'status' | 'fetch'
>;

/**
 * The tokens of one account: every method as in {@link ContaSimplesTokenService}, without the account's name.
 *
 * @publicApi
 */
export class ContaSimplesAccountTokens {
  readonly account: string;
  readonly #tokens: Tokens;

  /** @internal */
  constructor(account: string, tokens: Tokens) {
    this.account = account;
    this.#tokens = tokens;
  }

  getToken(options?: WaitOptions): Promise<AccessToken> {
    return this.#tokens.getToken(this.account, options);
  }

  getAccessToken(options?: WaitOptions): Promise<string> {
    return this.#tokens.getAccessToken(this.account, options);
  }

  refresh(options?: WaitOptions): Promise<AccessToken> {
    return this.#tokens.refresh(this.account, options);
  }

  invalidate(token: AccessToken | string): void {
    this.#tokens.invalidate(token, this.account);
  }

  status(): ContaSimplesTokenStatus {
    return this.#tokens.status(this.account);
  }

  fetch(input: string | URL | Request, init?: Omit<ContaSimplesFetchInit, 'account'>): Promise<Response> {
    return this.#tokens.fetch(input, { ...init, account: this.account });
  }
}
