import { type Observable, Subject } from 'rxjs';
import type { ContaSimplesCredentials } from '../../accounts/credentials.js';
import type { ContaSimplesFetchInit } from '../../http/guarded-fetch.js';
import { ContaSimplesAccountTokens } from '../../module/account-tokens.js';
import type { ContaSimplesTokenService } from '../../module/token.service.js';
import type { AccessToken } from '../../token/access-token.js';
import { ContaSimplesAuthError } from '../../token/auth-error.js';
import type { TokenFailureKind } from '../../token/error-kind.js';
import type { ContaSimplesTokenEvent } from '../../token/events.js';
import type { ContaSimplesTokenStatus } from '../../token/status.js';
import type { WaitOptions } from '../../token/wait-options.js';
import { FakeAccount } from './fake-account.js';

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
  readonly fetch?: (request: Request) => Response | Promise<Response>;
}

/** What relative URLs of `fetch()` are relative to; `.test` resolves nowhere. */
const BASE_URL = 'https://api.contasimples.test';

/**
 * Stands in for {@link ContaSimplesTokenService} in a unit test: no network, no timer, tokens that can be told apart, and
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
export class FakeContaSimplesTokenService implements Pick<ContaSimplesTokenService, keyof ContaSimplesTokenService> {
  /** Every token that is obtained or given up, and every failure; hot, and without an end. */
  readonly events: Observable<ContaSimplesTokenEvent>;
  readonly #events = new Subject<ContaSimplesTokenEvent>();
  readonly #accounts = new Map<string, FakeAccount>();
  readonly #options: FakeContaSimplesTokenServiceOptions;

  /** A fake with tokens for all its accounts. */
  constructor(options: FakeContaSimplesTokenServiceOptions = {}) {
    this.#options = options;
    this.events = this.#events.asObservable();
    for (const name of options.accounts ?? ['default']) this.#add(name);
  }

  /** The names of the accounts there are now. */
  get accounts(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /**
   * From now on no token is obtained: callers without one get an error of this kind, a held one is served on.
   *
   * @param account left out, all accounts
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  failWith(kind: TokenFailureKind, account?: string): void {
    for (const one of this.#those(account)) one.fail(kind);
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
   * @throws ContaSimplesAuthError of kind `unknown_account`, or of that of `failWith()` where no token is held; the reason
   * of an aborted `signal`. `timeoutMs` changes nothing
   */
  async getToken(account?: string, options?: WaitOptions): Promise<AccessToken> {
    options?.signal?.throwIfAborted();
    return this.#get(account).token();
  }

  /**
   * The bare string of `getToken()`: `fake-access-token.<account>.<number>`, counted from 1.
   *
   * @throws as `getToken`
   */
  async getAccessToken(account?: string, options?: WaitOptions): Promise<string> {
    return (await this.getToken(account, options)).value;
  }

  /**
   * A new token although one is held.
   *
   * @throws as `getToken`, but of the kind of `failWith()` also where a token is held
   */
  async refresh(account?: string, options?: WaitOptions): Promise<AccessToken> {
    options?.signal?.throwIfAborted();
    return this.#get(account).obtain('forced');
  }

  /**
   * Gives the held token up; does nothing for any other.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  invalidate(token: AccessToken | string, account?: string): void {
    this.#get(account).invalidate(typeof token === 'string' ? token : token.value);
  }

  /**
   * What can be shown of an account's token.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  status(account?: string): ContaSimplesTokenStatus {
    return this.#get(account).status();
  }

  /**
   * Answers by the option `fetch`, which is given the request with the token on it. Nothing is checked, and nothing is sent
   * a second time after a 401.
   *
   * @throws TypeError where the fake was made without that option; as `getToken`; what the option throws
   */
  async fetch(input: string | URL | Request, init: ContaSimplesFetchInit = {}): Promise<Response> {
    const { fetch } = this.#options;
    if (fetch === undefined) {
      throw new TypeError('This fake was made without an answer for fetch(): pass one as its option `fetch`');
    }
    const { account, contaSimplesAuth, ...rest } = init;
    const request = new Request(typeof input === 'string' ? new URL(input, BASE_URL) : input, rest);
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
  forAccount(account: string): ContaSimplesAccountTokens {
    this.#get(account);
    return new ContaSimplesAccountTokens(account, this);
  }

  /** Adds an account, or begins one anew that is there. The credentials are not looked at. */
  setAccount(account: string, _credentials: ContaSimplesCredentials): void {
    this.#add(account);
  }

  /** Forgets an account; `false` if there was none of that name. */
  removeAccount(account: string): boolean {
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
