import { type ContaSimplesFetchInit, readInit } from '../http/fetch/fetch-init.js';
import type { AccessToken, WaitOptions } from '../model/access-token.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';

/** The methods of `ContaSimplesTokenService` that take an account's name. A fake of the service has them as well. */
interface Tokens {
  getToken(account: string, options?: WaitOptions): Promise<AccessToken>;
  getAccessToken(account: string, options?: WaitOptions): Promise<string>;
  refresh(account: string, options?: WaitOptions): Promise<AccessToken>;
  invalidate(token: AccessToken | string, account: string): void;
  status(account: string): ContaSimplesTokenStatus;
  fetch(input: string | URL | Request, init: ContaSimplesFetchInit): Promise<Response>;
}

/**
 * The tokens of one account: every method as in `ContaSimplesTokenService`, without the account's name.
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
   * A valid token, at once if one is held.
   *
   * @throws as `ContaSimplesTokenService.getToken`
   */
  getToken(options?: WaitOptions): Promise<AccessToken> {
    return this.#tokens.getToken(this.account, options);
  }

  /**
   * The bare string of a token, to put behind `Bearer `. Never log it.
   *
   * @throws as `ContaSimplesTokenService.getToken`
   */
  getAccessToken(options?: WaitOptions): Promise<string> {
    return this.#tokens.getAccessToken(this.account, options);
  }

  /**
   * Obtains a new token although one is held.
   *
   * @throws as `ContaSimplesTokenService.refresh`
   */
  refresh(options?: WaitOptions): Promise<AccessToken> {
    return this.#tokens.refresh(this.account, options);
  }

  /**
   * Reports a token that the API rejected, so that the next call obtains another.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`, if the account has been removed
   */
  invalidate(token: AccessToken | string): void {
    this.#tokens.invalidate(token, this.account);
  }

  /**
   * The state of the account's token, without anything secret. Never causes a request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`, if the account has been removed
   */
  status(): ContaSimplesTokenStatus {
    return this.#tokens.status(this.account);
  }

  /**
   * The built-in `fetch` with this account's token attached.
   *
   * @throws as `ContaSimplesTokenService.fetch`
   */
  fetch(input: string | URL | Request, init?: Omit<ContaSimplesFetchInit, 'account'>): Promise<Response> {
    return this.#tokens.fetch(input, { ...readInit(init), account: this.account });
  }
}
