import { type ContaSimplesFetchInit, readInit } from '../http/fetch-init.js';
import type { AccessToken } from '../token/access-token.js';
import type { ContaSimplesTokenStatus } from '../token/status.js';
import type { WaitOptions } from '../token/wait-options.js';
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
  /** The account's name. */
  readonly account: string;
  readonly #tokens: Tokens;

  /** @internal */
  constructor(account: string, tokens: Tokens) {
    this.account = account;
    this.#tokens = tokens;
  }

  /**
   * A token to use now, at once where one is held.
   *
   * @throws as {@link ContaSimplesTokenService.getToken}
   */
  getToken(options?: WaitOptions): Promise<AccessToken> {
    return this.#tokens.getToken(this.account, options);
  }

  /**
   * The bare string of a token, to put behind `Bearer `. Never log it.
   *
   * @throws as {@link ContaSimplesTokenService.getToken}
   */
  getAccessToken(options?: WaitOptions): Promise<string> {
    return this.#tokens.getAccessToken(this.account, options);
  }

  /**
   * Obtains a new token although one is held.
   *
   * @throws as {@link ContaSimplesTokenService.refresh}
   */
  refresh(options?: WaitOptions): Promise<AccessToken> {
    return this.#tokens.refresh(this.account, options);
  }

  /**
   * Says that a token is no good, so that the next call obtains another.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`, where the account has been removed since
   */
  invalidate(token: AccessToken | string): void {
    this.#tokens.invalidate(token, this.account);
  }

  /**
   * What can be shown of the account's token; never causes a request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`, where the account has been removed since
   */
  status(): ContaSimplesTokenStatus {
    return this.#tokens.status(this.account);
  }

  /**
   * The built-in `fetch` with this account's token attached.
   *
   * @throws as {@link ContaSimplesTokenService.fetch}
   */
  fetch(input: string | URL | Request, init?: Omit<ContaSimplesFetchInit, 'account'>): Promise<Response> {
    return this.#tokens.fetch(input, { ...readInit(init), account: this.account });
  }
}
