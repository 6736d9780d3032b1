import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { ContaSimplesAuthError } from '../../model/auth-error.js';
import type { TokenKeeper } from '../../token/keeper.js';
import { foreignAdapter } from '../refusals.js';
import { noteGuardedAdapter } from './axios-error-classes.js';
import { isSupportedAxios, SUPPORTED_AXIOS } from './axios-version.js';
import { createBearerAdapter } from './bearer-adapter.js';
import type { Connections } from './connections.js';

export interface GuardedInstanceOptions {
  readonly keeper: () => TokenKeeper;
  readonly baseUrl: string;
  readonly origins: ReadonlySet<string>;
  readonly userAgent: string;
  readonly connections: Connections;
}

/** As axios ships them: by the time an instance is made, the application may have added some of its own. */
const { transformRequest, transformResponse, transitional, env } = axios.create().defaults;

const guarded = new WeakSet<object>();

/** Whether an axios instance is one of the library's own. */
export function isGuarded(instance: object): boolean {
  return guarded.has(instance);
}

/** An axios instance of the library's own: bound to one account and its API, and refusing any other origin. */
export function createGuardedInstance(options: GuardedInstanceOptions): AxiosInstance {
  const { keeper, baseUrl, origins, userAgent, connections } = options;
  const adapter = createBearerAdapter({
    inner: () => connections.send,
    keeper,
    origins,
    untrusted: 'refuse',
    agents: connections,
  });
  noteGuardedAdapter(adapter);
  const instance = axios.create();
  if (!isSupportedAxios(instance)) {
    const what = `The axios that is installed beside this library has another version: ${SUPPORTED_AXIOS}`;
    throw new ContaSimplesAuthError({ kind: 'configuration', what });
  }
  // What the application has set on the default axios is for calls of its own, and must neither replace our header nor
  // travel on our calls.
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
    // One for each method, as on any instance: who sets `defaults.headers.post['X-…']` expects it to be there.
    headers: { common, delete: {}, get: {}, head: {}, post: {}, put: {}, patch: {}, query: {} },
    baseURL: baseUrl,
    adapter,
  });
  const guardAdapter = (config: InternalAxiosRequestConfig) => {
    if (config.adapter !== adapter) {
      // Not thrown here: axios goes on with the request after a synchronous interceptor has thrown.
      config.adapter = () => Promise.reject(foreignAdapter(keeper().account));
    }
    return config;
  };
  // Registered first, it runs last, after the interceptors of the application.
  instance.interceptors.request.use(guardAdapter, undefined, { synchronous: true });
  guarded.add(instance);
  return instance;
}
