import type { Runtime } from '../assembly/runtime.js';
import type { InterceptorOptions } from '../http/axios/auth.interceptor.js';
import { createAccountInstance } from '../http/axios/instance.js';
import { createFetchWithToken } from '../http/fetch/fetch-with-token.js';
import { collectOrigins } from '../options/check-url.js';
import { Problems } from '../options/problems.js';
import { ContaSimplesHttpService, HttpServices } from './http.service.js';
import { ContaSimplesTokenService } from './token.service.js';

/** What an application can inject, with the runtime behind it. */
export interface Services {
  readonly runtime: Runtime;
  readonly tokens: ContaSimplesTokenService;
  readonly http: ContaSimplesHttpService;
  /** The HTTP service of an account. It is not checked here that the account exists: a call fails if it does not. */
  readonly httpFor: (account: string) => ContaSimplesHttpService;
  readonly interceptor: InterceptorOptions;
}

export function createServices(runtime: Runtime): Services {
  const { options, accounts, connections } = runtime;
  const httpServices = new HttpServices();
  const httpFor = (account?: string): ContaSimplesHttpService =>
    httpServices.get(account, () => {
      const instance = createAccountInstance({ ...options, connections, accounts, account });
      return new ContaSimplesHttpService(instance, (other) => {
        accounts.peek(other);
        return httpFor(other);
      });
    });
  return {
    runtime,
    tokens: new ContaSimplesTokenService({ ...runtime, fetch: createFetchWithToken({ ...options, accounts }) }),
    http: httpFor(),
    httpFor,
    interceptor: { accounts, origins: options.origins, checkOrigins },
  };
}

function checkOrigins(list: readonly string[]): ReadonlySet<string> {
  const problems = new Problems();
  const origins = collectOrigins(list, 'attach() option origins', problems);
  problems.throwIfAny();
  return origins;
}

/**
 * Creates the runtime when one of its services is first injected. A test that replaces all services creates none: no
 * setting is required, no token is requested and no timer is started.
 */
export class ServicesHandle {
  readonly #create: () => Services;
  #created: Services | undefined;
  #isKeptFresh = false;

  constructor(create: () => Services) {
    this.#create = create;
  }

  /** For a service that needs its accounts kept fresh: the start of the application then obtains their tokens. */
  getKeptFresh(): Services {
    this.#isKeptFresh = true;
    return this.get();
  }

  /** @throws ContaSimplesAuthError of kind `configuration` for settings that are missing or wrong */
  get(): Services {
    this.#created ??= this.#create();
    return this.#created;
  }

  get created(): Services | undefined {
    return this.#created;
  }

  /** What the start of the application keeps fresh: the same, if a service was injected that needs it. */
  get keptFresh(): Services | undefined {
    return this.#isKeptFresh ? this.#created : undefined;
  }
}
