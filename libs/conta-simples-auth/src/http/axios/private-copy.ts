import type { Agent } from 'node:https';
import type { InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../../model/access-token.js';
import { authorization } from '../authorization.js';
import { detachedBody } from '../body/detached-body.js';
import type { RequestBody } from '../body/request-body.js';
import { fullAddress } from '../trusted-address.js';

export interface SendOptions {
  readonly url: URL;
  /** In place of the one of the config. */
  readonly httpsAgent?: Agent | undefined;
  readonly body: RequestBody;
  /** Left out for a request that goes with credentials of the caller's own, or with none. */
  readonly token?: AccessToken | undefined;
  /** Whether it is sent by an adapter of the application, such as that of axios-mock-adapter. */
  readonly isForeign?: boolean | undefined;
  /** What is left of the caller's `timeout`, milliseconds. */
  readonly timeout?: number | undefined;
  /** Removes the token from an error before the caller's stream gets it. */
  readonly redact: (error: unknown) => unknown;
}

/** The config that is sent for good. The token is in here and nowhere else; the caller never gets to see this object. */
export function privateCopy(config: InternalAxiosRequestConfig, options: SendOptions) {
  const { url, httpsAgent, body, token, timeout, redact } = options;
  const copy = copiedConfig(config);
  const address = options.isForeign ? asGiven(copy, url) : { url: url.href, baseURL: undefined };
  copy.url = address.url;
  copy.baseURL = address.baseURL;
  copy.allowAbsoluteUrls = true;
  copy.maxRedirects = 0;
  if (httpsAgent !== undefined) copy.httpsAgent = httpsAgent;
  // The same in the words of `fetch`: the adapter of that name in axios 1.18 heeds no others.
  copy.fetchOptions = { ...config.fetchOptions, redirect: 'manual' };
  copy.data = detachedBody(body.data, redact);
  if (token !== undefined) {
    copy.headers = copied(config.headers);
    set(copy.headers, 'Authorization', authorization(token));
    if (body.contentType !== undefined) set(copy.headers, 'Content-Type', body.contentType);
  }
  if (timeout !== undefined) {
    copy.timeout = timeout;
    copy.timeoutErrorMessage = config.timeoutErrorMessage ?? `timeout of ${config.timeout}ms exceeded`;
  }
  // What is sent over plain http goes to this machine: a proxy would only read it.
  if (url.protocol === 'http:') copy.proxy = false;
  return copy;
}

/**
 * The checked address for an adapter of the application, with a base URL such that what follows it is the path that the
 * caller gave: axios-mock-adapter takes the base off again before it looks for a handler. The address is in full, so that
 * the base adds nothing to it.
 */
function asGiven(config: InternalAxiosRequestConfig, checked: URL): { url: string; baseURL: string | undefined } {
  const { baseURL, url: path, allowAbsoluteUrls } = config;
  const other = { url: checked.href, baseURL: undefined };
  if (typeof baseURL !== 'string' || typeof path !== 'string') return other;
  const url = fullAddress(baseURL, path, allowAbsoluteUrls);
  const isChecked = URL.canParse(url) && new URL(url).href === checked.href;
  if (!isChecked || !url.endsWith(path)) return other;
  // A full address that begins with the base URL: it is taken off there as well.
  if (url === path) return path.startsWith(baseURL) ? { url, baseURL } : other;
  return { url, baseURL: url.slice(0, url.length - path.length) };
}

/** As `{ ...config }`, in a quarter of the time: what axios hands over is slow to spread. */
function copiedConfig(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const copy: Record<string, unknown> = {
    url: '',
    baseURL: undefined,
    maxRedirects: 0,
    fetchOptions: undefined,
    data: undefined,
    proxy: undefined,
  };
  for (const [name, value] of Object.entries(config)) if (name !== '__proto__') copy[name] = value;
  return copy as unknown as InternalAxiosRequestConfig;
}

type Headers = InternalAxiosRequestConfig['headers'];

/** Slot by slot, of the same class and build: to have axios read every header anew takes longer than all the rest here. */
function copied(headers: Headers): Headers {
  return Object.assign(Object.create(Object.getPrototypeOf(headers)), headers);
}

function set(headers: Headers, name: string, value: string): void {
  const lowerCase = name.toLowerCase();
  for (const present of Object.keys(headers)) {
    if (present.length === name.length && present.toLowerCase() === lowerCase) delete headers[present];
  }
  headers[name] = value;
}
