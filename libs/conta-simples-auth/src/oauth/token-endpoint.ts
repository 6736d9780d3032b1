import { Agent as HttpAgent } from 'node:http';
import type { Readable } from 'node:stream';
import { Axios } from 'axios';
import { type Clock, readInstant } from '../support/clock.js';
import type { TokenFailure, TokenOutcome } from '../token/token-source.js';
import { classifyError, classifyTimeout } from './classify-error.js';
import { clockSkewMs } from './clock-skew.js';
import { endpointAddress } from './endpoint-address.js';
import { chooseProxy } from './proxy.js';
import { readBody } from './read-body.js';
import { readExchange } from './read-exchange.js';
import { requestAgent, type TlsSettings } from './request-agent.js';
import { isProxyAnswer, proxyOf } from './tunnel.js';

export interface TokenEndpointOptions extends TlsSettings {
  /** Where to ask, `POST`. */
  readonly url: string;
  readonly userAgent: string;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly allowMissingTokenType: boolean;
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
  const address = endpointAddress(url);
  // Not axios.create(): it inherits the defaults of the process, and with them headers, parameters and credentials that
  // an application has set for calls of its own.
  const client = new Axios({
    adapter: 'http',
    responseType: 'stream',
    decompress: false,
    maxRedirects: 0,
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
    // Credentials never pass a proxy in the clear; plain http is for loopback alone.
    const chosen = chooseProxy(url, secure ? proxy : false, httpsAgent);
    if (!chosen.ok) return chosen;
    let stream: Readable | undefined;
    try {
      const response = await client.request<Readable>({
        // Never taken from the defaults by axios.
        method: 'post',
        url,
        data: 'grant_type=client_credentials',
        headers: { ...headers, Authorization: authorization },
        httpsAgent,
        proxy: chosen.proxy,
        signal,
      });
      stream = response.data;
      if (secure && isProxyAnswer(response.request)) {
        stream.destroy();
        return { ok: false, failure: refusedByProxy(response.status, address.host, proxyOf(response.request)) };
      }
      const skewMs = onClockSkew && clockSkewMs(response.headers.date, sentAt, readInstant(clock));
      if (skewMs !== undefined) onClockSkew?.(skewMs);
      const body = await readBody(stream);
      if (signal.aborted) return { ok: false, failure: classifyTimeout(undefined, address.host) };
      const answer = { status: response.status, headers: response.headers as Record<string, unknown>, body, sentAt };
      return readExchange(answer, { clock, address, allowMissingTokenType, isSecret, warn });
    } catch (error) {
      stream?.destroy();
      const failure = signal.aborted ? classifyTimeout(error, address.host) : classifyError(error, address.host);
      return { ok: false, failure };
    }
  };
}

function refusedByProxy(status: number, host: string, proxy: string | undefined): TokenFailure {
  const slow = status === 407 ? { slow: true } : {};
  const named = proxy === undefined ? '' : ` ${proxy}`;
  return {
    kind: 'proxy_error',
    status,
    what: `The proxy${named} answered ${status} instead of connecting to ${host}`,
    ...slow,
  };
}
