import { Subject } from 'rxjs';
import type { ContaSimplesCredentials } from '../../accounts/credentials.js';
import type { ContaSimplesFetchInit } from '../../http/fetch/fetch-init.js';
import type { AccessToken, WaitOptions } from '../../model/access-token.js';
import { ContaSimplesAuthError } from '../../model/auth-error.js';
import type { ContaSimplesTokenEvent } from '../../model/events.js';
import type { TokenFailureKind } from '../../model/failure-kinds.js';
import type { ContaSimplesTokenStatus } from '../../model/status.js';
import { ContaSimplesAccountTokens } from '../../nest/account-tokens.js';
import { ContaSimplesTokenService, type TokenServiceOptions } from '../../nest/token.service.js';
import { FakeAccount } from './fake-account.js';
import { FAKE_BASE_URL, type FakeFetch, noAnswer } from './fake-requests.js';

/**
 * How a fake behaves.
 *
 * @publicApi
 */
export interface FakeContaSimplesTokenServiceOptions {
  /** The account names; a call without a name uses the first. Default: `['default']`. */
  readonly accounts?: readonly string[];
  /** Token lifetime by `Date.now()`, milliseconds. Default: 1,800,000, half an hour. */
  readonly lifeMs?: number;
  /** Answers `fetch()`. The request has an absolute URL, and the token unless the call opted out. */
  readonly fetch?: FakeFetch;
}

/**
 * Which failure `failWith()` makes.
 *
 * @publicApi
 */
export interface FakeFailureOptions {
  /** `true` keeps serving a held token, as the real service does while a refresh fails. Default: false. */
  readonly keepsToken?: boolean;
}

/**
 * Replaces {@link ContaSimplesTokenService} in a unit test: no network, no timer, distinguishable tokens, and failures on
 * demand.
 *
 * @example
 * ```ts
 * const tokens = new FakeContaSimplesTokenService();
 * const moduleRef = await Test.createTestingModule({
 *   providers: [BalanceService, { provide: ContaSimplesTokenService, useValue: tokens }],
 * }).compile();
 * tokens.failWith('rate_limited');
 * ```
 * @publicApi
 */
export class FakeContaSimplesTokenService extends ContaSimplesTokenService {
  readonly #events: Subject<ContaSimplesTokenEvent>;
  readonly #accounts = new Map<string, FakeAccount>();
  readonly #options: FakeContaSimplesTokenServiceOptions;

  /** A fake with tokens for all its accounts. */
  constructor(options: FakeContaSimplesTokenServiceOptions = {}) {
    const events = new Subject<ContaSimplesTokenEvent>();
    // Each method is overridden below: no part of the real service is used.
    super({ events: events.asObservable() } as TokenServiceOptions);
    this.#events = events;
    this.#options = options;
    for (const name of options.accounts ?? ['default']) this.#add(name);
  }

  /** The names of the current accounts. */
  override get accounts(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /**
   * Until `recover()`, every call fails with an error of this kind; a held token is dropped.
   *
   * @param account default: all accounts
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  failWith(kind: TokenFailureKind, account?: string, { keepsToken = false }: FakeFailureOptions = {}): void {
    for (const one of this.#those(account)) one.fail(kind, keepsToken);
  }

  /**
   * Ends the failures of `failWith()`.
   *
   * @param account default: all accounts
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  recover(account?: string): void {
    for (const one of this.#those(account)) one.recover();
  }

  /**
   * The held token, or a new one if it has expired or was invalidated.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`, or of the kind of `failWith()`; the reason
   * of an aborted `signal`. `timeoutMs` has no effect
   */
  override async getToken(account?: string, options?: WaitOptions): Promise<AccessToken> {
    options?.signal?.throwIfAborted();
    return this.#get(account).token();
  }

  /**
   * The string of `getToken()`: `fake-access-token.<account>.<number>`, counted from 1.
   *
   * @throws as `getToken`
   */
  override async getAccessToken(account?: string, options?: WaitOptions): Promise<string> {
    return (await this.getToken(account, options)).value;
  }

  /**
   * A new token, even if one is held.
   *
   * @throws as `getToken`, but of the kind of `failWith()` even if a token is held
   */
  override async refresh(account?: string, options?: WaitOptions): Promise<AccessToken> {
    options?.signal?.throwIfAborted();
    return this.#get(account).obtain('forced');
  }

  /**
   * Drops the held token if it is this one; does nothing otherwise.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  override invalidate(token: AccessToken | string, account?: string): void {
    this.#get(account).invalidate(typeof token === 'string' ? token : token.value);
  }

  /**
   * The status of an account's token, without secrets.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  override status(account?: string): ContaSimplesTokenStatus {
    return this.#get(account).status();
  }

  /**
   * Calls the option `fetch` with the request and its token. Origins are not checked, and a 401 is not replayed.
   *
   * @throws Error if the fake has no such option; as `getToken`; what the option throws
   */
  override async fetch(input: string | URL | Request, init: ContaSimplesFetchInit = {}): Promise<Response> {
    const { fetch = noAnswer } = this.#options;
    const { account, contaSimplesAuth, ...rest } = init;
    const request = new Request(typeof input === 'string' ? new URL(input, FAKE_BASE_URL) : input, rest);
    if (contaSimplesAuth !== false && !request.headers.has('Authorization')) {
      request.headers.set('Authorization', `Bearer ${await this.getAccessToken(account)}`);
    }
    return fetch(request);
  }

  /**
   * The methods of this service for one account.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  override forAccount(account: string): ContaSimplesAccountTokens {
    this.#get(account);
    return new ContaSimplesAccountTokens(account, this);
  }

  /** Adds an account, or resets an existing one. The credentials are ignored. */
  override setAccount(account: string, _credentials: ContaSimplesCredentials): void {
    this.#add(account);
  }

  /** Removes an account; returns `false` if there is no such account. */
  override removeAccount(account: string): boolean {
    return this.#accounts.delete(account);
  }

  #add(name: string): void {
    const lifeMs = this.#options.lifeMs ?? 1_800_000;
    this.#accounts.set(name, new FakeAccount(name, lifeMs, (event) => this.#events.next(event)));
  }

  #those(account: string | undefined): Iterable<FakeAccount> {
    return account === undefined ? this.#accounts.values() : [this.#get(account)];
  }

  #get(account: string | undefined): FakeAccount {
    const found = account === undefined ? this.#accounts.values().next().value : this.#accounts.get(account);
    if (found !== undefined) return found;
    const what = `The fake has no such account, only: ${this.accounts.join(', ')}`;
    throw new ContaSimplesAuthError({ kind: 'unknown_account', what, ...(account !== undefined && { account }) });
  }
}
