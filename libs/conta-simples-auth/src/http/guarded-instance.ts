import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, type AxiosProxyConfig, type InternalAxiosRequestConfig } from 'axios';
import type { TokenKeeper } from '../token/keeper.js';
import { adapterFinder } from './attachable-instance.js';
import { createBearerAdapter, untrustedOrigin } from './bearer-adapter.js';

export interface GuardedInstanceOptions {
  readonly keeper: () => TokenKeeper;
  readonly baseUrl: string;
  readonly origins: ReadonlySet<string>;
  readonly userAgent: string;
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  readonly proxy: AxiosProxyConfig | false | undefined;
}

/** An axios instance of the library's own: bound to one account and its API, and refusing any other origin. */
export function createGuardedInstance(options: GuardedInstanceOptions): AxiosInstance {
  const { keeper, baseUrl, origins, userAgent, httpAgent, httpsAgent, proxy } = options;
  const adapter = createBearerAdapter({ inner: adapterFinder('http'), keeper, origins, untrusted: 'refuse' });
  const instance = axios.create();
  // What the application has set on the default axios is for calls of its own, and must neither replace our header nor
  // travel on our calls.
  const { headers: _headers, auth: _auth, params: _params, ...defaults } = instance.defaults;
  for (const name of Object.keys(instance.defaults)) delete (instance.defaults as Record<string, unknown>)[name];
  Object.assign(instance.defaults, {
    transitional: defaults.transitional,
    transformRequest: defaults.transformRequest,
    transformResponse: defaults.transformResponse,
    timeout: 0,
    xsrfCookieName: '',
    maxContentLength: -1,
    maxBodyLength: -1,
    env: defaults.env,
    validateStatus: (status: number) => status >= 200 && status < 300,
    headers: { common: { Accept: 'application/json, text/plain, */*', 'User-Agent': userAgent } },
    baseURL: baseUrl,
    httpAgent,
    httpsAgent,
    adapter,
    ...(proxy !== undefined && { proxy }),
  });
  const guardAdapter = (config: InternalAxiosRequestConfig) => {
    if (config.adapter !== adapter) {
      // Not thrown here: axios goes on with the request after a synchronous interceptor has thrown.
      config.adapter = () =>
        Promise.reject(untrustedOrigin(keeper().account, 'an adapter of its own may lead elsewhere'));
    }
    return config;
  };
  // Registered first, it runs last, after the interceptors of the application.
  instance.interceptors.request.use(guardAdapter, undefined, { synchronous: true });
  return instance;
}
