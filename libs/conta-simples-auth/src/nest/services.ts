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
  /** The client of an account. It is not checked here that the account exists: a call fails if it does not. */
  readonly httpFor: (account: string) => ContaSimplesHttpService;
  readonly interceptor: InterceptorOptions;
}

export function createServices(runtime: Runtime): Services {
  const { options, accounts, connections } = runtime;
  const clients = new HttpServices();
  const httpFor = (account?: string): ContaSimplesHttpService =>
    clients.get(account, () => {
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
  #isStarted = false;

  constructor(create: () => Services) {
    this.#create = create;
  }

  /** For a service that keeps its accounts fresh from the start. */
  forService(): Services {
    this.#isStarted = true;
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

  /** The same if a service was injected that keeps its accounts fresh. */
  get started(): Services | undefined {
    return this.#isStarted ? this.#created : undefined;
  }
}
