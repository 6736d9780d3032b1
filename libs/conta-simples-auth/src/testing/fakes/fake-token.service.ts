import { Subject } from 'rxjs';
import type { ContaSimplesCredentials } from '../../accounts/credentials.js';
import type { ContaSimplesFetchInit } from '../../http/fetch/guarded-fetch.js';
import type { AccessToken } from '../../model/access-token.js';
import { ContaSimplesAuthError } from '../../model/auth-error.js';
import type { ContaSimplesTokenEvent } from '../../model/events.js';
import type { TokenFailureKind } from '../../model/failure-kinds.js';
import type { ContaSimplesTokenStatus } from '../../model/status.js';
import type { WaitOptions } from '../../model/wait-options.js';
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
  /** The accounts there are; a call without a name means the first. Default: `['default']`. */
  readonly accounts?: readonly string[];
  /** How long a token lives by `Date.now()`, milliseconds. Default: 1,800,000, half an hour. */
  readonly lifeMs?: number;
  /** Answers `fetch()`. The request has a full URL, and the Bearer unless the call opted out of it. */
  readonly fetch?: FakeFetch;
}

/**
 * Which failure `failWith()` makes.
 *
 * @publicApi
 */
export interface FakeFailureOptions {
  /** `true` goes on serving a held token, as the real service does while a refresh fails. Default: false. */
  readonly keepsToken?: boolean;
}

/**
 * Replaces {@link ContaSimplesTokenService} in a unit test: no network, no timer, tokens that can be told apart, and
 * failures when the test wants them.
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
    // Each method is replaced below: none of the real service's parts is ever used.
    super({ events: events.asObservable() } as TokenServiceOptions);
    this.#events = events;
    this.#options = options;
    for (const name of options.accounts ?? ['default']) this.#add(name);
  }

  /** The names of the accounts there are now. */
  override get accounts(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /**
   * From now on, until `recover()`, every call fails with an error of this kind; a held token is dropped.
   *
   * @param account left out, all accounts
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  failWith(kind: TokenFailureKind, account?: string, { keepsToken = false }: FakeFailureOptions = {}): void {
    for (const one of this.#those(account)) one.fail(kind, keepsToken);
  }

  /**
   * Ends what `failWith()` began.
   *
   * @param account left out, all accounts
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  recover(account?: string): void {
    for (const one of this.#those(account)) one.recover();
  }

  /**
   * The held token, or a new one once that has ended or was given up.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`, or of that of `failWith()`; the reason
   * of an aborted `signal`. `timeoutMs` changes nothing
   */
  override async getToken(account?: string, options?: WaitOptions): Promise<AccessToken> {
    options?.signal?.throwIfAborted();
    return this.#get(account).token();
  }

  /**
   * The bare string of `getToken()`: `fake-access-token.<account>.<number>`, counted from 1.
   *
   * @throws as `getToken`
   */
  override async getAccessToken(account?: string, options?: WaitOptions): Promise<string> {
    return (await this.getToken(account, options)).value;
  }

  /**
   * A new token although one is held.
   *
   * @throws as `getToken`, but of the kind of `failWith()` also where a token is held
   */
  override async refresh(account?: string, options?: WaitOptions): Promise<AccessToken> {
    options?.signal?.throwIfAborted();
    return this.#get(account).obtain('forced');
  }

  /**
   * Gives the held token up; does nothing for any other.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  override invalidate(token: AccessToken | string, account?: string): void {
    this.#get(account).invalidate(typeof token === 'string' ? token : token.value);
  }

  /**
   * What can be shown of an account's token.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  override status(account?: string): ContaSimplesTokenStatus {
    return this.#get(account).status();
  }

  /**
   * Answers by the option `fetch`, which is given the request with the token on it. Origins are not checked, and nothing is
   * sent a second time after a 401.
   *
   * @throws Error where the fake was made without that option; as `getToken`; what the option throws
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
   * The same for one account, without naming it in each call.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  override forAccount(account: string): ContaSimplesAccountTokens {
    this.#get(account);
    return new ContaSimplesAccountTokens(account, this);
  }

  /** Adds an account, or begins one anew that is there. The credentials are not looked at. */
  override setAccount(account: string, _credentials: ContaSimplesCredentials): void {
    this.#add(account);
  }

  /** Forgets an account; `false` if there was none of that name. */
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
