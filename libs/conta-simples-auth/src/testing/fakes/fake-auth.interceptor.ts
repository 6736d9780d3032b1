import type { AxiosInstance } from 'axios';
import {
  type AttachOptions,
  ContaSimplesAuthInterceptor,
  type InterceptorOptions,
} from '../../http/axios/auth.interceptor.js';
import { type AttachableAxiosInstance, defaultsOf } from '../../http/axios/instance.js';
import { addBearer } from './fake-requests.js';
import { FakeContaSimplesTokenService } from './fake-token.service.js';

/**
 * How a fake of {@link ContaSimplesAuthInterceptor} behaves.
 *
 * @publicApi
 */
export interface FakeContaSimplesAuthInterceptorOptions {
  /** Gives the tokens and failures of the requests. Default: a fake with the account `default`. */
  readonly tokens?: FakeContaSimplesTokenService;
}

/**
 * Replaces {@link ContaSimplesAuthInterceptor} in a unit test: requests of an attached instance carry a token of the fake.
 * `attach()` rejects the same arguments as the real one; addresses are not checked, and a 401 is not replayed.
 *
 * @example
 * ```ts
 * const interceptor = new FakeContaSimplesAuthInterceptor();
 * const moduleRef = await Test.createTestingModule({
 *   imports: [HttpModule.register({})],
 *   providers: [ReportsService, { provide: ContaSimplesAuthInterceptor, useValue: interceptor }],
 * }).compile();
 * ```
 * @publicApi
 */
export class FakeContaSimplesAuthInterceptor extends ContaSimplesAuthInterceptor {
  /** Gives the tokens of the requests. */
  readonly tokens: FakeContaSimplesTokenService;
  readonly #attached = new Map<object, () => void>();

  /** A fake for all accounts of its tokens. */
  constructor({ tokens = new FakeContaSimplesTokenService() }: FakeContaSimplesAuthInterceptorOptions = {}) {
    // `attach()` is overridden below: no code of the real interceptor is used.
    super(() => ({}) as InterceptorOptions);
    this.tokens = tokens;
  }

  /**
   * From now on every request of the instance carries a token of the fake. Attaching a second time changes nothing.
   *
   * @returns a function that detaches
   * @throws ContaSimplesAuthError as the real one
   */
  override attach(instance: AttachableAxiosInstance, { account }: AttachOptions = {}): () => void {
    defaultsOf(instance);
    // Throws if there is no such account.
    this.tokens.status(account);
    const present = this.#attached.get(instance);
    if (present !== undefined) return present;
    const { request } = (instance as AxiosInstance).interceptors;
    const id = request.use(async (config) => {
      await addBearer(config, this.tokens, account);
      return config;
    });
    const detach = () => {
      if (this.#attached.get(instance) !== detach) return;
      this.#attached.delete(instance);
      request.eject(id);
    };
    this.#attached.set(instance, detach);
    return detach;
  }

  /** Whether the instance is attached now. */
  isAttached(instance: AttachableAxiosInstance): boolean {
    return this.#attached.has(instance);
  }
}
