import type { Observable } from 'rxjs';
import { type AccountRegistry, DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import type { ContaSimplesCredentials } from '../accounts/credentials.js';
import type { ContaSimplesFetchInit } from '../http/fetch/fetch-init.js';
import type { FetchWithToken } from '../http/fetch/fetch-with-token.js';
import type { AccessToken, WaitOptions } from '../model/access-token.js';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import type { LifetimeClock } from '../support/clock.js';
import { ContaSimplesAccountTokens } from './account-tokens.js';

/** @internal */
export interface TokenServiceOptions {
  readonly accounts: AccountRegistry;
  readonly lifetimeClock: LifetimeClock;
  readonly events: Observable<ContaSimplesTokenEvent>;
  readonly fetch: FetchWithToken;
  readonly setAccount: (account: string, credentials: ContaSimplesCredentials) => void;
  readonly removeAccount: (account: string) => boolean;
}

/**
 * Returns valid access tokens. One request serves any number of concurrent callers. The token is renewed before it ends;
 * while it is valid, a failed renewal does not affect callers.
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
  /** What happens to the tokens: hot, without replay, complete on shutdown. An error that a subscriber throws is only logged. */
  readonly events: Observable<ContaSimplesTokenEvent>;
  readonly #accounts: AccountRegistry;
  readonly #clock: LifetimeClock;
  readonly #given: TokenServiceOptions;

  /** @internal */
  constructor(given: TokenServiceOptions) {
    this.#accounts = given.accounts;
    this.#clock = given.lifetimeClock;
    this.events = given.events;
    this.#given = given;
  }

  /**
   * A valid token, at once if one is held.
   *
   * @param account the account's name. Default: the account of the pair without a name
   * @param options how long to wait: `timeoutMs` at most the option `waitTimeoutMs`, `signal` to end the wait earlier
   * @throws ContaSimplesAuthError of the kind of the last failure, with `retryAt`; `unknown_account`; `timeout`;
   * `shut_down`. An aborted `signal` rejects with its reason
   * @throws RangeError if a wait would begin with a `timeoutMs` that is not a number from 0
   */
  getToken(account?: string, options?: WaitOptions): Promise<AccessToken> {
    // Nearly every call ends here: it allocates nothing, awaits nothing and reads one clock. That comes first, because a
    // clock read waits for all reads of memory before it: with ten thousand accounts this is a tenth of a call.
    const elapsed = this.#clock.elapsedMs();
    const held = options?.signal?.aborted ? undefined : this.#accounts.find(account)?.currentPromise(options, elapsed);
    return held ?? this.#getToken(account, options);
  }

  /**
   * The bare string of {@link ContaSimplesTokenService.getToken}, to put behind `Bearer `. Never log it.
   *
   * @throws as `getToken`
   */
  getAccessToken(account?: string, options?: WaitOptions): Promise<string> {
    const elapsed = this.#clock.elapsedMs();
    const held = options?.signal?.aborted ? undefined : this.#accounts.find(account)?.currentValue(options, elapsed);
    return held ?? this.#getValue(account, options);
  }

  /**
   * Obtains a new token although one is held. Joins a running request; waits for the minimum interval between two
   * requests.
   *
   * @throws as `getToken`; the held token is kept
   */
  async refresh(account?: string, options?: WaitOptions): Promise<AccessToken> {
    return this.#accounts.get(account).refresh(checked(options));
  }

  /**
   * Reports a token that the API rejected: the next call obtains another, within the minimum interval between two
   * requests. Has no effect if another token is held already, so that many reports of one revoked token cost one request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  invalidate(token: AccessToken | string, account?: string): void {
    this.#accounts.peek(account)?.invalidate(typeof token === 'string' ? token : token.value);
  }

  /**
   * The state of an account's token, without anything secret. Never causes a request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  status(account?: string): ContaSimplesTokenStatus {
    const keeper = this.#accounts.peek(account);
    return keeper?.status() ?? { account: account ?? DEFAULT_ACCOUNT, state: 'empty', generation: 0 };
  }

  /**
   * The names of the accounts in memory: first those configured or set, in their order, then those of a provider function
   * that were used last. Empty if only such a function is configured and no call has used an account.
   */
  get accounts(): readonly string[] {
    return Array.from(this.#accounts, ({ account }) => account);
  }

  /**
   * The built-in `fetch` with the token attached and with the guarantees of `ContaSimplesHttpService`: relative URLs are
   * the API's, requests to any other origin fail, and after a 401 the token is replaced and the request sent once more with
   * the same bytes.
   *
   * - A redirect is never followed: the 3xx is returned, also with `redirect: 'follow'`. With `redirect: 'error'` it rejects.
   * - With an `Authorization` header, or with `contaSimplesAuth: false`, the request is sent without the token, and a 401 is
   *   returned.
   * - `signal` ends the wait for a token and the request. Without one, a call waits up to `waitTimeoutMs` for a token.
   * - A stream is sent once. So is the body of a `Request` object, which is always a stream: pass `body` in `init` to have it
   *   sent again.
   * - TLS and proxy are those of the built-in `fetch` or of the `dispatcher` in `init`, not the options of this module.
   *
   * @example
   * ```ts
   * const response = await this.tokens.fetch('/accounts/v1/balance', { signal: AbortSignal.timeout(5_000) });
   * const { amount } = (await response.json()) as { amount: number };
   * ```
   * @throws ContaSimplesAuthError before anything is sent: of kind `untrusted_origin`, of kind `tls_error` if
   * `NODE_TLS_REJECT_UNAUTHORIZED` is 0, or as `getToken`; of kind `not_replayable` for a 401 to a body that can be sent
   * only once
   * @throws TypeError of the platform if there is no answer. An aborted `signal` rejects with its reason
   */
  fetch(input: string | URL | Request, init?: ContaSimplesFetchInit): Promise<Response> {
    return this.#given.fetch(input, init);
  }

  /**
   * The same methods for one account, without its name in each call.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  forAccount(account: string): ContaSimplesAccountTokens {
    this.#accounts.peek(account);
    return new ContaSimplesAccountTokens(account, this);
  }

  /**
   * Adds an account while the application runs, or replaces the pair of an existing one: its token and failures are
   * discarded, and waiting callers get a token of the new pair. Setting the same pair again has no effect.
   *
   * @throws ContaSimplesAuthError of kind `credentials_unavailable` for an invalid pair; of kind `configuration` for a name
   * that is not a string, is blank, or is `*`, which stands for all accounts in events
   */
  setAccount(account: string, credentials: ContaSimplesCredentials): void {
    this.#given.setAccount(account, credentials);
  }

  /**
   * Removes an account, its token and its timer; each waiting caller gets an `unknown_account` error. For an account of a
   * provider function, the function is called again at its next use.
   *
   * @returns whether it existed
   */
  removeAccount(account: string): boolean {
    return this.#given.removeAccount(account);
  }

  #getValue(account: string | undefined, options: WaitOptions | undefined): Promise<string> {
    try {
      return this.#accounts.get(account).getValue(checked(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #getToken(account: string | undefined, options: WaitOptions | undefined): Promise<AccessToken> {
    try {
      return this.#accounts.get(account).get(checked(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** For callers in plain JavaScript: accepts null, and rejects a time that would end the wait at once. */
function checked(options: WaitOptions | null | undefined): WaitOptions | undefined {
  const timeoutMs: unknown = options?.timeoutMs ?? 0;
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return options ?? undefined;
  throw new RangeError('timeoutMs must be a number of milliseconds, 0 or more');
}
