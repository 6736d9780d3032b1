import type { Observable } from 'rxjs';
import { type AccountRegistry, DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import type { ContaSimplesCredentials } from '../accounts/credentials.js';
import type { ContaSimplesFetchInit } from '../http/fetch/fetch-init.js';
import type { FetchWithToken } from '../http/fetch/fetch-with-token.js';
import type { AccessToken } from '../model/access-token.js';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import type { WaitOptions } from '../model/wait-options.js';
import { ContaSimplesAccountTokens } from './account-tokens.js';

/** @internal */
export interface TokenServiceOptions {
  readonly accounts: AccountRegistry;
  readonly events: Observable<ContaSimplesTokenEvent>;
  readonly fetch: FetchWithToken;
  readonly setAccount: (account: string, credentials: ContaSimplesCredentials) => void;
  readonly removeAccount: (account: string) => boolean;
}

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
  readonly #given: TokenServiceOptions;

  /** @internal */
  constructor(given: TokenServiceOptions) {
    this.#accounts = given.accounts;
    this.events = given.events;
    this.#given = given;
  }

  /**
   * A token to use now, at once where one is held.
   *
   * @param account the account's name; left out, the account of the pair without a name
   * @param options how long to wait: `timeoutMs` at most the option `waitTimeoutMs`, `signal` to give up earlier
   * @throws ContaSimplesAuthError of the kind of the last failure, with `retryAt`; `unknown_account`; `timeout`;
   * `shut_down`. An aborted `signal` rejects with its own reason
   * @throws RangeError where a wait would begin with a `timeoutMs` that is no number from 0
   */
  getToken(account?: string, options?: WaitOptions): Promise<AccessToken> {
    // The way of nearly every call: nothing is allocated, nothing is awaited, one clock is read.
    const held = options?.signal?.aborted ? undefined : this.#accounts.find(account)?.currentPromise();
    return held ?? this.#getToken(account, options);
  }

  /**
   * The bare string of {@link ContaSimplesTokenService.getToken}, to put behind `Bearer `. Never log it.
   *
   * @throws as `getToken`
   */
  getAccessToken(account?: string, options?: WaitOptions): Promise<string> {
    const held = options?.signal?.aborted ? undefined : this.#accounts.find(account)?.current();
    return held !== undefined ? held.valuePromise : this.#getToken(account, options).then(({ value }) => value);
  }

  /**
   * Obtains a new token although one is held. Joins a request that is under way; waits for the least interval between
   * two requests.
   *
   * @throws as `getToken`; the held token is kept
   */
  async refresh(account?: string, options?: WaitOptions): Promise<AccessToken> {
    return this.#accounts.get(account).refresh(checked(options));
  }

  /**
   * Reports a token that the API rejected: the next call obtains another, within the minimum interval between two
   * requests. Does nothing if it is no longer the one held, so that many reports of one revoked token cost one request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  invalidate(token: AccessToken | string, account?: string): void {
    this.#accounts.peek(account)?.invalidate(typeof token === 'string' ? token : token.value);
  }

  /**
   * What can be shown of an account's token; never causes a request.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  status(account?: string): ContaSimplesTokenStatus {
    const keeper = this.#accounts.peek(account);
    return keeper?.status() ?? { account: account ?? DEFAULT_ACCOUNT, state: 'empty', generation: 0 };
  }

  /**
   * The names of the accounts that are held now, in the order in which they came: those configured or set, then those of
   * a provider function that were used last. Empty where nothing but such a function is configured and nobody has asked.
   */
  get accounts(): readonly string[] {
    return Array.from(this.#accounts, ({ account }) => account);
  }

  /**
   * The built-in `fetch` with the token attached and with the guarantees of `ContaSimplesHttpService`: relative URLs are
   * the API's, any other origin is refused, a token that is refused with 401 is replaced and the request sent once more
   * with the same bytes.
   *
   * - A redirect is never followed: the 3xx is returned, whatever `redirect` says; with `redirect: 'error'` it rejects.
   * - An `Authorization` header of your own, or `contaSimplesAuth: false`, sends the request without the token; a 401 is
   *   then yours alone.
   * - `signal` ends the wait for a token as well as the request; without one, a call waits `waitTimeoutMs` for a token.
   * - A stream is sent once. So is the body of a `Request` object, which is a stream whatever it was made of: pass
   *   `body` in `init` to have it sent again.
   * - TLS and proxy are those of the built-in `fetch` or of the `dispatcher` in `init`, not the options of this module.
   *
   * @example
   * ```ts
   * const response = await this.tokens.fetch('/accounts/v1/balance', { signal: AbortSignal.timeout(5_000) });
   * const { amount } = (await response.json()) as { amount: number };
   * ```
   * @throws ContaSimplesAuthError before anything is sent: of kind `untrusted_origin`, of kind `tls_error` where
   * `NODE_TLS_REJECT_UNAUTHORIZED` is 0, or as `getToken`; of kind `not_replayable` for a 401 to a body that can be sent
   * only once
   * @throws TypeError of the platform where there is no answer; an aborted `signal` rejects with its own reason
   */
  fetch(input: string | URL | Request, init?: ContaSimplesFetchInit): Promise<Response> {
    return this.#given.fetch(input, init);
  }

  /**
   * The same for one account, without naming it in each call.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  forAccount(account: string): ContaSimplesAccountTokens {
    this.#accounts.peek(account);
    return new ContaSimplesAccountTokens(account, this);
  }

  /**
   * Adds an account while the application runs, or replaces the pair of one that is there: its token and its failures
   * are forgotten at once, and callers that wait get a token of the new pair. The same pair set again changes nothing.
   *
   * @throws ContaSimplesAuthError of kind `credentials_unavailable` for a pair that cannot be one; of kind `configuration`
   * for a name that is no text, is blank, or is `*`, which stands for all accounts in events
   */
  setAccount(account: string, credentials: ContaSimplesCredentials): void {
    this.#given.setAccount(account, credentials);
  }

  /**
   * Forgets an account, its token and its timer; each caller that waits gets an `unknown_account` error. An account of a
   * provider function is asked for anew when it is used again.
   *
   * @returns whether there was one
   */
  removeAccount(account: string): boolean {
    return this.#given.removeAccount(account);
  }

  #getToken(account: string | undefined, options: WaitOptions | undefined): Promise<AccessToken> {
    try {
      return this.#accounts.get(account).get(checked(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** Of callers in plain JavaScript: null is nothing, and a time that is none would end the wait at once. */
function checked(options: WaitOptions | null | undefined): WaitOptions | undefined {
  const timeoutMs: unknown = options?.timeoutMs ?? 0;
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return options ?? undefined;
  throw new RangeError('timeoutMs must be a number of milliseconds, 0 or more');
}
