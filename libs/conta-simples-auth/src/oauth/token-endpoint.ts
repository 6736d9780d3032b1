import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import { Axios } from 'axios';
import { type Clock, readInstant } from '../support/clock.js';
import { onLimit } from '../support/deadline.js';
import type { TokenOutcome } from '../token/token-source.js';
import { classifyError, classifyNoTunnel, classifyTimeout } from './classify-failure.js';
import { clockSkewMs } from './http-dates.js';
import { chooseProxy, isProxyAnswer, proxyOf } from './proxy.js';
import { type ReceivedBody, readAnswer } from './token-answer.js';

/** The application's options for TLS. */
export interface TlsSettings {
  readonly tls?: {
    readonly ca?: unknown;
    readonly cert?: unknown;
    readonly key?: unknown;
    readonly passphrase?: string;
  };
  readonly httpsAgent?: Agent;
}

export interface TokenEndpointOptions extends TlsSettings {
  /** The address that requests are sent to. */
  readonly url: string;
  readonly userAgent: string;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly allowMissingTokenType: boolean;
  /** `undefined` for the proxy of the environment, `false` for none. */
  readonly proxy: URL | false | undefined;
  /** Called for each answer with a `Date`: by how many milliseconds the server's clock is ahead of this machine's. */
  readonly onClockSkew?: ((skewMs: number) => void) | undefined;
}

/** What one request needs of the credentials; it does not hold them. */
export interface ClientAuthentication {
  readonly authorization: string;
  /** Whether a text from the server repeats part of a secret, and must not be shown. */
  readonly isSecret: (text: string) => boolean;
  /** Called for each warning about an answer that is usable all the same. */
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
    const limits = { clock: options.clock, timeoutMs: options.requestTimeoutMs, signal };
    const cancel = onLimit(limits, () => deadline.abort());
    try {
      return await exchange(client, deadline.signal);
    } finally {
      cancel();
    }
  };
}

function createExchange(options: TokenEndpointOptions): RequestToken {
  const { url, clock, userAgent, allowMissingTokenType, proxy, onClockSkew } = options;
  const secure = new URL(url).protocol === 'https:';
  const address = endpointAddress(url);
  // Not axios.create(): it inherits the defaults of the process, with headers, parameters and credentials that the
  // application has set for its own calls.
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
    const httpsAgent = secure ? requestAgent(options, signal) : undefined;
    // Credentials never go through a proxy unencrypted; plain http is allowed to loopback only.
    const chosen = chooseProxy(url, secure ? proxy : false, httpsAgent);
    if (!chosen.ok) return chosen;
    let stream: Readable | undefined;
    try {
      const response = await client.request<Readable>({
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
        return { ok: false, failure: classifyNoTunnel(response.status, address.host, proxyOf(response.request)) };
      }
      const skewMs = onClockSkew && clockSkewMs(response.headers.date, sentAt, readInstant(clock));
      if (skewMs !== undefined) onClockSkew?.(skewMs);
      const body = await receiveBody(stream);
      if (signal.aborted) return { ok: false, failure: classifyTimeout(undefined, address.host) };
      const answer = { status: response.status, headers: response.headers as Record<string, unknown>, body, sentAt };
      return readAnswer(answer, { clock, address, allowMissingTokenType, isSecret, warn });
    } catch (error) {
      stream?.destroy();
      const failure = signal.aborted ? classifyTimeout(error, address.host) : classifyError(error, address.host);
      return { ok: false, failure };
    }
  };
}

/** How messages name an endpoint: without user information and query. */
function endpointAddress(url: string): { readonly host: string; readonly url: string } {
  const { protocol, hostname, port, origin, pathname } = new URL(url);
  const defaultPort = protocol === 'https:' ? 443 : 80;
  return { host: `${hostname}:${port || defaultPort}`, url: origin + pathname };
}

/**
 * An https agent for one token request, so that no connection is shared with other traffic or kept. It is not Node's global
 * agent, and ignores `NODE_TLS_REJECT_UNAUTHORIZED`. A subclass, or an agent with its own `createConnection`, is used
 * unchanged.
 *
 * The signal is passed to the sockets as well: a socket to a proxy that never answers belongs to no request yet, and would
 * stay open.
 */
export function requestAgent({ tls, httpsAgent }: TlsSettings, signal: AbortSignal): Agent {
  if (httpsAgent !== undefined && !isPlain(httpsAgent)) return httpsAgent;
  const options = { ...tls, ...httpsAgent?.options, keepAlive: false, rejectUnauthorized: true, signal };
  // Node accepts every form that the options allow, but its types require mutable arrays.
  return new Agent(options as ConstructorParameters<typeof Agent>[0]);
}

function isPlain(agent: Agent): boolean {
  return Object.getPrototypeOf(agent) === Agent.prototype && !Object.hasOwn(agent, 'createConnection');
}

/** A token answer has a few kilobytes at most. */
export const MAX_BODY_BYTES = 64 * 1_024;

/** Receives a whole body, and destroys its socket as soon as the body is longer than a token answer can be. */
export async function receiveBody(stream: Readable): Promise<ReceivedBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not `for await`, which takes half a millisecond longer for the first token of a process.
  const end = await new Promise<'whole' | 'too_large' | 'broken_off'>((resolve) => {
    // An error is dropped: it may hold the socket and the request.
    const onBreak = () => resolve('broken_off');
    if (stream.destroyed) onBreak();
    stream
      .on('end', () => resolve('whole'))
      .on('error', onBreak)
      .on('close', onBreak);
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else {
        resolve('too_large');
        stream.destroy();
      }
    });
  });
  if (end !== 'whole') return { ok: false, reason: end };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)), bytes };
  } catch {
    return { ok: false, reason: 'not_utf8' };
  }
}
