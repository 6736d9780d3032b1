import { Readable } from 'node:stream';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../token/access-token.js';

export interface SendOptions {
  readonly url: URL;
  /** Left out for a request that goes with credentials of the caller's own, or with none. */
  readonly token?: AccessToken | undefined;
  /** What is left of the caller's `timeout`, milliseconds. */
  readonly timeout?: number | undefined;
}

/** The config that is sent for good. The token is in here and nowhere else; the caller never gets to see this object. */
export function privateCopy(config: InternalAxiosRequestConfig, { url, token, timeout }: SendOptions) {
  return {
    ...config,
    url: url.href,
    baseURL: undefined,
    allowAbsoluteUrls: true,
    maxRedirects: 0,
    data: detached(config.data),
    ...(token && { headers: AxiosHeaders.concat(config.headers, { Authorization: `${token.type} ${token.value}` }) }),
    ...(timeout !== undefined && {
      timeout,
      timeoutErrorMessage: config.timeoutErrorMessage ?? `timeout of ${config.timeout}ms exceeded`,
    }),
    // What is sent over plain http goes to this machine: a proxy would only read it.
    ...(url.protocol === 'http:' && { proxy: false as const }),
  };
}

/** A piped stream points at what it is piped into, here the request with its raw header: the caller's own must not. */
function detached(data: unknown): unknown {
  if (!(data instanceof Readable)) return data;
  async function* chunks(source: Readable) {
    yield* source;
  }
  return Readable.from(chunks(data), { objectMode: false });
}
