import type { Observable } from 'rxjs';
import type { AccountRegistry } from '../accounts/account-registry.js';
import type { AccessToken } from '../token/access-token.js';
import type { ContaSimplesTokenEvent } from '../token/events.js';
import type { ContaSimplesTokenStatus } from '../token/status.js';
import type { WaitOptions } from '../token/waiters.js';

/**
 * Hands out valid access tokens. One request serves any number of concurrent callers, the token is renewed before it
 * ends, and while it lives no failure of a renewal reaches a caller.
 *
 * @example
 * ```ts
 * constructor(private readonly tokens: ContaSimplesTokenService) {}
 *
 * async headers() {
 *   return { Authorization: `Bearer ${await this.tokens.getAccessToken()}` };
 * }
 * ```
 * @publicApi
 */
export class ContaSimplesTokenService {
  /** What happens to the tokens: hot, without replay, complete on shutdown. A subscriber that throws harms nothing. */
  readonly events: Observable<ContaSimplesTokenEvent>;
  readonly #accounts: AccountRegistry;

  /** @internal */
  constructor(accounts: AccountRegistry, events: Observable<ContaSimplesTokenEvent>) {
    this.#accounts = accounts;
    this.events = events;
  }

  /**
   * A token to use now, at once where one is held.
   *
   * @param account the account's name; left out, the account of the pair without a name
   * @param options how long to wait: `timeoutMs` at most the option `waitTimeoutMs`, `signal` to give up earlier
   * @throws ContaSimplesAuthError of the kind of the last failure, with `retryAt`; `unknown_account`; `timeout`;
   * `shut_down`. An aborted `signal` rejects with its own reason
   */
  getToken(account?: string, options?: WaitOptions): Promise<AccessToken> {
    // The way of nearly every call: nothing is allocated, nothing is awaited, one clock is read.
    const held = options === undefined ? this.#accounts.find(account)?.current() : undefined;
    return held !== undefined ? held.promise : this.#getToken(account, options);
  }

  /**
   * The bare string of {@link ContaSimplesTokenService.getToken}, to put behind `Bearer `. Never log it.
   *
   * @throws as `getToken`
   */
  getAccessToken(account?: string, options?: WaitOptions): Promise<string> {
    const held = options === undefined ? this.#accounts.find(account)?.current() : undefined;
    return held !== undefined ? held.valuePromise : this.#getToken(account, options).then(({ value }) => value);
  }

  /**
   * Obtains a new token although one is held. Joins a request that is under way; waits for the least interval between
   * two requests.
   *
   * @throws as `getToken`; the held token is kept
   */
  async refresh(account?: string, options?: WaitOptions): Promise<AccessToken> {
    return this.#accounts.get(account).refresh(options);
  }

  /**
   * Says that a token is no good, so that the next call obtains another. Does nothing if it is no longer the one held,
   * so that many reports of one revoked token cost one request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  invalidate(token: AccessToken | string, account?: string): void {
    this.#accounts.get(account).invalidate(typeof token === 'string' ? token : token.value);
  }

  /**
   * What can be shown of an account's token; never causes a request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  status(account?: string): ContaSimplesTokenStatus {
    return this.#accounts.get(account).status();
  }

  async #getToken(account: string | undefined, options: WaitOptions | undefined): Promise<AccessToken> {
    return this.#accounts.get(account).get(options);
  }
}
