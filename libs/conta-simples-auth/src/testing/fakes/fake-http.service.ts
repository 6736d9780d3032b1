import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Inject, Optional } from '@nestjs/common';
import axios, {
  type AxiosAdapter,
  type AxiosError,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { registerTokenAdapter } from '../../http/axios/axios-builds.js';
import type { TokenFailureKind } from '../../model/failure-kinds.js';
import { ContaSimplesHttpService } from '../../nest/http.service.js';
import { addBearer, FAKE_BASE_URL, type FakeFetch, noAnswer } from './fake-requests.js';
import { FakeContaSimplesTokenService, type FakeFailureOptions } from './fake-token.service.js';

/**
 * How a fake of {@link ContaSimplesHttpService} behaves.
 *
 * @publicApi
 */
export interface FakeContaSimplesHttpServiceOptions {
  /** Answers each request. */
  readonly fetch?: FakeFetch;
  /** Gives the tokens and failures of the requests. Default: a fake with the account `default`. */
  readonly tokens?: FakeContaSimplesTokenService;
}

/** Never provided. With `useClass`, Nest would otherwise resolve the constructor parameters of the real service. */
const NO_OPTIONS = Symbol('nestjs-conta-simples-auth.fake-http-options');

/**
 * Replaces {@link ContaSimplesHttpService} in a unit test: an axios instance without a network. Base URL, `params`,
 * interceptors, `validateStatus` and errors are those of axios; origins are not checked, and a 401 is not replayed.
 * Instead of the option `fetch`, axios-mock-adapter can be used on its `axiosRef`.
 *
 * @example
 * ```ts
 * const http = new FakeContaSimplesHttpService({ fetch: () => Response.json({ amount: 12.5 }) });
 * const moduleRef = await Test.createTestingModule({
 *   providers: [BalanceService, { provide: ContaSimplesHttpService, useValue: http }],
 * }).compile();
 * http.failWith('rate_limited');
 * ```
 * @publicApi
 */
export class FakeContaSimplesHttpService extends ContaSimplesHttpService {
  /** Gives the tokens of the requests. */
  readonly tokens: FakeContaSimplesTokenService;

  /** A fake for all accounts of its tokens. */
  constructor(@Optional() @Inject(NO_OPTIONS) options: FakeContaSimplesHttpServiceOptions = {}) {
    const { tokens = new FakeContaSimplesTokenService(), fetch = noAnswer } = options;
    const services = new Map<string, ContaSimplesHttpService>();
    const forAccount = (account: string): ContaSimplesHttpService => {
      // Throws if there is no such account.
      tokens.status(account);
      const service =
        services.get(account) ?? new ContaSimplesHttpService(fakeInstance(fetch, tokens, account), forAccount);
      services.set(account, service);
      return service;
    };
    super(fakeInstance(fetch, tokens), forAccount);
    this.tokens = tokens;
  }

  /**
   * Until `recover()`, every request with the token fails with an error of this kind.
   *
   * @param account default: all accounts
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  failWith(kind: TokenFailureKind, account?: string, options?: FakeFailureOptions): void {
    this.tokens.failWith(kind, account, options);
  }

  /**
   * Ends the failures of `failWith()`.
   *
   * @param account default: all accounts
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  recover(account?: string): void {
    this.tokens.recover(account);
  }
}

function fakeInstance(answer: FakeFetch, tokens: FakeContaSimplesTokenService, account?: string): AxiosInstance {
  const fetch = async (input: string | URL | Request, init?: RequestInit) => answer(new Request(input, init));
  const adapter: AxiosAdapter = async (config) => {
    const copy = { ...config, headers: config.headers.concat(), env: { ...config.env, fetch } };
    await addBearer(copy, tokens, account);
    try {
      return withNodeData(await axios.getAdapter('fetch', copy)(copy), config);
    } catch (error) {
      const failed = error as AxiosError;
      failed.config = config;
      if (failed.response !== undefined) failed.response.config = config;
      throw failed;
    }
  };
  registerTokenAdapter(adapter);
  return axios.create({ baseURL: FAKE_BASE_URL, adapter });
}

/** Converts to the types of the real service: the `fetch` adapter of axios returns web types. */
function withNodeData(response: AxiosResponse, config: InternalAxiosRequestConfig): AxiosResponse {
  const { data } = response;
  if (data instanceof ArrayBuffer) response.data = Buffer.from(data);
  else if (data instanceof globalThis.ReadableStream) response.data = Readable.fromWeb(data as ReadableStream);
  response.config = config;
  return response;
}
