import { HttpService } from '@nestjs/axios';
import type { AxiosInstance } from 'axios';
import '../http/axios/request-config.js';

/**
 * Nest's `HttpService`, bound to the API of one account: relative URLs are the API's, the token is attached, and
 * requests to any other origin are refused with `untrusted_origin`.
 *
 * @example
 * ```ts
 * constructor(private readonly contaSimples: ContaSimplesHttpService) {}
 *
 * balance() {
 *   return this.contaSimples.get<{ amount: number }>('/accounts/v1/balance').pipe(map(({ data }) => data.amount));
 * }
 * ```
 * @publicApi
 */
export class ContaSimplesHttpService extends HttpService {
  readonly #forAccount: (account: string) => ContaSimplesHttpService;

  /** @internal */
  constructor(instance: AxiosInstance, forAccount: (account: string) => ContaSimplesHttpService) {
    super(instance);
    this.#forAccount = forAccount;
  }

  /**
   * The same for another account. Always the same object for the same name.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  forAccount(account: string): ContaSimplesHttpService {
    return this.#forAccount(account);
  }
}
