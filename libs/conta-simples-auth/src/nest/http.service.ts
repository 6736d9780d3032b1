import { HttpService } from '@nestjs/axios';
import type { AxiosInstance } from 'axios';
import '../http/axios/request-config.js';

/**
 * Nest's `HttpService`, bound to the API of one account: relative URLs are the API's, the token is attached, and
 * requests to any other origin are rejected with `untrusted_origin`.
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

/**
 * The HTTP services by account, each made when it is first used: the same object for the same name while it is in use.
 * Held weakly, because an application may go through more accounts than fit in memory.
 *
 * @internal
 */
export class HttpServices {
  readonly #services = new Map<string | undefined, WeakRef<ContaSimplesHttpService>>();
  readonly #collected = new FinalizationRegistry<string | undefined>((account) => {
    // Another service may have been made since.
    if (this.#services.get(account)?.deref() === undefined) this.#services.delete(account);
  });

  get(account: string | undefined, make: () => ContaSimplesHttpService): ContaSimplesHttpService {
    const present = this.#services.get(account)?.deref();
    if (present !== undefined) return present;
    const service = make();
    this.#services.set(account, new WeakRef(service));
    this.#collected.register(service, account);
    return service;
  }
}
