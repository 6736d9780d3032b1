import type { AxiosInstance } from 'axios';
import { type AttachableAxiosInstance, defaultsOf } from '../../http/axios/attachable-instance.js';
import {
  type AttachOptions,
  ContaSimplesAuthInterceptor,
  type InterceptorOptions,
} from '../../http/axios/auth.interceptor.js';
import { addBearer } from './fake-requests.js';
import { FakeContaSimplesTokenService } from './fake-token.service.js';

/**
 * How a fake of {@link ContaSimplesAuthInterceptor} behaves.
 *
 * @publicApi
 */
export interface FakeContaSimplesAuthInterceptorOptions {
  /** Whose tokens the requests carry, and whose failures they meet. Default: a fake with the account `default`. */
  readonly tokens?: FakeContaSimplesTokenService;
}

/**
 * Replaces {@link ContaSimplesAuthInterceptor} in a unit test: requests of an attached instance carry a token of the fake.
 * `attach()` refuses what the real one refuses; addresses are not checked, and nothing is sent a second time after a 401.
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
  /** Whose tokens the requests carry. */
  readonly tokens: FakeContaSimplesTokenService;
  readonly #attached = new Map<object, () => void>();

  /** A fake for all accounts of its tokens. */
  constructor({ tokens = new FakeContaSimplesTokenService() }: FakeContaSimplesAuthInterceptorOptions = {}) {
    // `attach()` is replaced below: nothing of the real interceptor is ever used.
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
    // Throws where there is no such account.
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
