import { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { Axios, type AxiosProxyConfig } from 'axios';
import { type Clock, readInstant } from '../token/clock.js';
import type { TokenFailure, TokenOutcome } from '../token/token-source.js';
import { classifyError } from './classify-error.js';
import { clockSkewMs } from './clock-skew.js';
import { readBody } from './read-body.js';
import { readExchange } from './read-exchange.js';
import { requestAgent } from './request-agent.js';
import { isProxyAnswer, wasTunnelled, wasWaitingForTunnel } from './tunnel.js';

export interface TokenEndpointOptions {
  /** Where to ask, `POST`. */
  readonly url: string;
  readonly userAgent: string;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly allowMissingTokenType: boolean;
  readonly tls?: {
    readonly ca?: unknown;
    readonly cert?: unknown;
    readonly key?: unknown;
    readonly passphrase?: string;
  };
  readonly httpsAgent?: HttpsAgent;
  /** `undefined` for what the environment says, `false` for none. */
  readonly proxy: URL | false | undefined;
  /** Told with each answer that has a `Date` by how much its clock is ahead of ours, milliseconds. */
  readonly onClockSkew?: ((skewMs: number) => void) | undefined;
}

/** What one request needs to know of the credentials, without ever holding them. */
export interface ClientAuthentication {
  readonly authorization: string;
  /** Whether a text from the server repeats part of a secret, and must not be shown. */
  readonly isSecret: (text: string) => boolean;
  /** Told of oddities of an answer that is usable all the same. */
  readonly warn: (what: string) => void;
}

export type RequestToken = (client: ClientAuthentication, signal: AbortSignal) => Promise<TokenOutcome>;

/**
 * One token request, with one deadline over all of it: name resolution, connection, headers and the last byte of the
 * body. Never throws, follows no redirect and keeps no connection.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2
 */
export function createTokenEndpoint(options: TokenEndpointOptions): RequestToken {
  const exchange = createExchange(options);
  return async (client, signal) => {
    const deadline = new AbortController();
    const abort = () => deadline.abort();
    const timer = options.clock.setTimer(abort, options.requestTimeoutMs, { hold: true });
    signal.addEventListener('abort', abort, { once: true });
    // A signal that was aborted before does not say so again.
    if (signal.aborted) abort();
    try {
      return await exchange(client, deadline.signal);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', abort);
    }
  };
}

function createExchange(options: TokenEndpointOptions): RequestToken {
  const { url, clock, userAgent, allowMissingTokenType, proxy, onClockSkew } = options;
  const secure = new URL(url).protocol === 'https:';
  // Not axios.create(): it inherits the defaults of the process, and with them headers, parameters and credentials that
  // an application has set for calls of its own.
  const client = new Axios({
    adapter: 'http',
    responseType: 'stream',
    decompress: false,
    maxRedirects: 0,
    // Credentials never pass a proxy in the clear; plain http is for loopback alone.
    proxy: secure ? toAxiosProxy(proxy) : false,
    httpAgent: new HttpAgent(),
    validateStatus: () => true,
  });
  const headers = {
    Accept: 'application/json',
    // The answer has a few hundred bytes; a compressed one could have any number.
    'Accept-Encoding': 'identity',
    'Content-Type': 'application/x-www-form-urlencoded',
    'User-Agent': userAgent,
  };

  return async ({ authorization, isSecret, warn }, signal) => {
    const sentAt = readInstant(clock);
    const httpsAgent = requestAgent(options, signal);
    let stream: Readable | undefined;
    try {
      const response = await client.request<Readable>({
        // Never taken from the defaults by axios.
        method: 'post',
        url,
        data: 'grant_type=client_credentials',
        headers: { ...headers, Authorization: authorization },
        httpsAgent,
        signal,
      });
      stream = response.data;
      if (secure && isProxyAnswer(response.request)) {
        stream.destroy();
        return { ok: false, failure: refusedByProxy(response.status) };
      }
      const skewMs = onClockSkew && clockSkewMs(response.headers.date, sentAt, readInstant(clock));
      if (skewMs !== undefined) onClockSkew?.(skewMs);
      const body = await readBody(stream);
      if (signal.aborted) return { ok: false, failure: TIMED_OUT };
      const answer = { status: response.status, headers: response.headers as Record<string, unknown>, body, sentAt };
      return readExchange(answer, { clock, allowMissingTokenType, isSecret, warn });
    } catch (error) {
      stream?.destroy();
      const proxied = secure && proxy !== false;
      if (!signal.aborted)
        return { ok: false, failure: classifyError(error, proxied && wasTunnelled(error, httpsAgent)) };
      return { ok: false, failure: proxied && wasWaitingForTunnel(error, httpsAgent) ? PROXY_TIMED_OUT : TIMED_OUT };
    }
  };
}

const TIMED_OUT: TokenFailure = { kind: 'timeout', what: 'The token endpoint did not answer in time' };
const PROXY_TIMED_OUT: TokenFailure = { kind: 'proxy_error', what: 'The proxy did not connect in time' };

function refusedByProxy(status: number): TokenFailure {
  const slow = status === 407 ? { slow: true } : {};
  return { kind: 'proxy_error', status, what: `The proxy answered ${status} instead of connecting`, ...slow };
}

/** The form in which axios takes a proxy; `undefined` leaves it to the environment. */
export function toAxiosProxy(proxy: URL | false | undefined): AxiosProxyConfig | false | undefined {
  if (!(proxy instanceof URL)) return proxy;
  const protocol = proxy.protocol.slice(0, -1);
  const auth = { username: decoded(proxy.username), password: decoded(proxy.password) };
  return {
    protocol,
    host: proxy.hostname,
    port: Number(proxy.port) || (protocol === 'https' ? 443 : 80),
    ...(auth.username !== '' && { auth }),
  };
}

/** A part of a URL as it was meant. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign was meant as one.
    return text;
  }
}
