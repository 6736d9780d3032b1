import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { ContaSimplesAuthError } from '../../model/auth-error.js';
import type { AccountKeepers } from '../send.js';
import { createTokenAdapter } from './adapter.js';
import { registerTokenAdapter } from './axios-builds.js';
import type { Connections } from './connections.js';
import type { AdapterChoice } from './inner-adapter.js';

export interface AccountInstanceOptions {
  readonly accounts: AccountKeepers;
  readonly account: string | undefined;
  readonly baseUrl: string;
  readonly origins: ReadonlySet<string>;
  readonly userAgent: string;
  readonly connections: Connections;
}

/** The defaults that axios ships. Read when this file is loaded, before the application changes them. */
const { transformRequest, transformResponse, transitional, env } = axios.create().defaults;

const accountInstances = new WeakSet<object>();

/** The axios instance of `ContaSimplesHttpService`: bound to one account and its API. Rejects requests to other servers. */
export function createAccountInstance(options: AccountInstanceOptions): AxiosInstance {
  const { accounts, account, baseUrl, origins, userAgent, connections } = options;
  const adapter = createTokenAdapter({
    inner: () => connections.send,
    accounts,
    account,
    origins,
    untrusted: 'reject',
    agents: connections,
  });
  registerTokenAdapter(adapter);
  const instance = axios.create();
  if (!isSupportedAxios(instance)) {
    const what = `The axios that is installed beside this library has another version: ${SUPPORTED_AXIOS}`;
    throw new ContaSimplesAuthError({ kind: 'configuration', what });
  }
  // `axios.create()` copies what the application set on the default axios. That must neither replace our header nor be
  // sent with our requests.
  for (const name of Object.keys(instance.defaults)) delete (instance.defaults as Record<string, unknown>)[name];
  const common = { Accept: 'application/json, text/plain, */*', 'User-Agent': userAgent };
  Object.assign(instance.defaults, {
    transitional: { ...transitional },
    transformRequest: [transformRequest].flat(),
    transformResponse: [transformResponse].flat(),
    timeout: 0,
    xsrfCookieName: '',
    maxContentLength: -1,
    maxBodyLength: -1,
    env: { ...env },
    validateStatus: (status: number) => status >= 200 && status < 300,
    // One object per method, as on any instance, so that an application can set `defaults.headers.post['X-Name']`.
    headers: { common, delete: {}, get: {}, head: {}, post: {}, put: {}, patch: {}, query: {} },
    baseURL: baseUrl,
    adapter,
  });
  const rejectOtherAdapters = (config: InternalAxiosRequestConfig) => {
    if (config.adapter !== adapter) {
      // Not thrown here: axios goes on with the request after a synchronous interceptor has thrown.
      config.adapter = () => Promise.reject(customAdapter(accounts.get(account).account));
    }
    return config;
  };
  // Registered first, it runs last, after the interceptors of the application.
  instance.interceptors.request.use(rejectOtherAdapters, undefined, { synchronous: true });
  accountInstances.add(instance);
  return instance;
}

/** Mostly in tests: axios-mock-adapter replaces the adapter of the instance that it gets. */
function customAdapter(account: string): ContaSimplesAuthError {
  return new ContaSimplesAuthError({
    kind: 'untrusted_origin',
    what: 'The request was not sent: another axios adapter was set for ContaSimplesHttpService, and may send it elsewhere',
    remedy:
      'In tests replace the service by FakeContaSimplesHttpService of nestjs-conta-simples-auth/testing, which also takes ' +
      'axios-mock-adapter, or run against startContaSimplesEmulator(). Elsewhere attach the token to an axios instance of ' +
      'your own: ContaSimplesAuthInterceptor.attach().',
    account,
  });
}

/**
 * An axios instance, of any copy and build of axios: the part of it that is needed here.
 *
 * @publicApi
 */
export interface AttachableAxiosInstance {
  /** Its defaults, of which the adapter is replaced by one that sends the token. */
  readonly defaults: object;
}

interface Defaults {
  adapter?: AdapterChoice;
}

/**
 * The defaults of an instance that the token may be attached to.
 *
 * @throws ContaSimplesAuthError of kind `configuration` for the axios of the whole process, and for other values
 */
export function defaultsOf(instance: AttachableAxiosInstance): Defaults {
  const given: unknown = instance;
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) throw notAnInstance();
  if ('axiosRef' in given) throw notAttachable('is an HttpService: pass its axiosRef');
  // Recognized by its static members and not by identity, because the application may have loaded the other build.
  if ('isAxiosError' in given) {
    throw notAttachable(
      'is the default axios, which every library of the process shares: with a bare `imports: [HttpModule]` use ' +
        'HttpModule.register({}), elsewhere axios.create()',
    );
  }
  if (accountInstances.has(given)) {
    throw notAttachable('belongs to ContaSimplesHttpService, which sends the token by itself');
  }
  const defaults = 'defaults' in given ? given.defaults : undefined;
  if (typeof defaults !== 'object' || defaults === null || !('interceptors' in given)) throw notAnInstance();
  if (!isSupportedAxios(given)) throw notAttachable(`is an instance of another version of axios: ${SUPPORTED_AXIOS}`);
  return defaults as Defaults;
}

function notAnInstance(): ContaSimplesAuthError {
  return notAttachable('is no axios instance: pass what axios.create() returned, or the axiosRef of an HttpService');
}

function notAttachable(problem: string): ContaSimplesAuthError {
  const what = `attach() was called with something that ${problem}`;
  return new ContaSimplesAuthError({ kind: 'configuration', what });
}

/** For a message. Older versions open no tunnel: a proxy can read what they send by https. */
const SUPPORTED_AXIOS = 'axios >=1.18.0 <2 is needed, also in the package that made the instance';

/** Not a valid address: axios 1.18 and later reject it, other versions accept it. */
const MALFORMED = 'https:axios-version.invalid';

/**
 * Whether an instance is of axios 1.18 or later. An instance does not carry the version of the package, and its defaults
 * may all be replaced. Since 1.18 axios rejects an http address without slashes, and `getUri()` shows that without a
 * request, in both builds and in bundles.
 */
function isSupportedAxios(instance: object): boolean {
  const { getUri } = instance as { getUri?: unknown };
  if (typeof getUri !== 'function') return false;
  try {
    Reflect.apply(getUri, instance, [{ url: MALFORMED }]);
    return false;
  } catch (error) {
    return (error as { code?: unknown } | null)?.code === 'ERR_INVALID_URL';
  }
}
