import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../token/access-token.js';
import { dropRawBytes } from './raw-bytes.js';
import { isAnswerStream, relayedStream } from './relayed-stream.js';
import { relayedWebStream } from './relayed-web-stream.js';
import { blotTraces, withoutTraces } from './traces.js';
import { isUnprintable } from './unprintable.js';

/** The caller's view of a request: nothing in it has ever seen the token. */
export interface CallerView {
  readonly config: InternalAxiosRequestConfig;
  /** The checked address; none for a request that went to a stranger, as the caller wanted it. */
  readonly url?: URL;
  /** What the server has been sent, and may repeat. */
  readonly used: readonly AccessToken[];
}

/**
 * Puts the caller's own config back on an answer, and a plain description in place of Node's request object, which holds
 * the raw header of what was sent and ends up in logs.
 */
export function printableResponse(response: AxiosResponse, view: CallerView): AxiosResponse {
  response.config = withHiddenAgents(view.config);
  if (response.request !== undefined) response.request = description(view, response.request);
  response.data = printableData(response.data, response, view);
  return response;
}

interface RawError {
  config?: unknown;
  request?: unknown;
  response?: AxiosResponse;
  cause?: unknown;
}

/** The same for whatever a request was rejected with, and for what that was caused by. */
export function printableError(error: unknown, view: CallerView, seen = new Set<unknown>()): unknown {
  if (typeof error !== 'object' || error === null || seen.has(error)) return error;
  seen.add(error);
  const raw = error as RawError;
  if (raw.config !== undefined) raw.config = withHiddenAgents(view.config);
  if (raw.request !== undefined) raw.request = description(view, raw.request);
  if (raw.response !== undefined) withoutEchoes(printableResponse(raw.response, view), view.used);
  dropRawBytes(error);
  printableError(raw.cause, view, seen);
  return error;
}

/** Some servers repeat in an error what they were sent, and errors end up in logs whole. An answer is left as it is. */
function withoutEchoes(response: AxiosResponse, tokens: readonly AccessToken[]): void {
  if (tokens.length === 0) return;
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return withoutTraces(value, tokens);
    return Array.isArray(value) ? value.map(clean) : value;
  };
  // An adapter of the application may answer without any of these.
  const headers = (response.headers ?? {}) as Record<string, unknown>;
  for (const name of Object.keys(headers)) headers[name] = clean(headers[name]);
  if (typeof response.statusText === 'string') response.statusText = withoutTraces(response.statusText, tokens);
  // Not parsed yet: that is done after this.
  if (response.data instanceof Uint8Array) blotTraces(response.data, tokens);
  else if (response.data instanceof ArrayBuffer) blotTraces(new Uint8Array(response.data), tokens);
  else response.data = clean(response.data);
}

/**
 * An agent holds the sockets of every request in flight, and those hold raw headers. It stays in the config, so that a
 * retry with this config uses it as well, but nothing that prints the config comes across what it holds.
 */
function withHiddenAgents(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  for (const name of ['httpAgent', 'httpsAgent'] as const) {
    if (!config[name]) continue;
    let agent: unknown = config[name];
    Object.defineProperty(config, name, {
      configurable: true,
      enumerable: isUnprintable(agent),
      get: () => agent,
      set: (other: unknown) => {
        agent = other;
      },
    });
  }
  return config;
}

interface RawRequest {
  readonly path?: unknown;
  readonly url?: unknown;
  readonly host?: unknown;
  readonly res?: { readonly responseUrl?: unknown } | null;
}

/** Where a request went in the end: after redirects, where it was free to follow them. */
function description({ config, url }: CallerView, request: unknown) {
  const raw = (request ?? {}) as RawRequest;
  const method = (config.method ?? 'get').toUpperCase();
  const followed = raw.res?.responseUrl;
  const path = sentPath(raw) ?? (url && url.pathname + url.search);
  const responseUrl = typeof followed === 'string' ? followed : url && url.origin + path;
  return { method, host: url?.host ?? raw.host, path, res: { responseUrl } };
}

/** axios adds `params` on its own: the request alone knows what was asked for in the end. */
function sentPath({ path, url }: RawRequest): string | undefined {
  if (typeof path === 'string' && path.startsWith('/')) return path;
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function printableData(data: unknown, { request }: AxiosResponse, view: CallerView): unknown {
  const redact = (error: unknown) => printableError(error, view);
  if (isAnswerStream(data)) return relayedStream(data, { request: description(view, request), redact });
  // A locked stream is read by an adapter of the application already.
  if (data instanceof ReadableStream && !data.locked) return relayedWebStream(data, redact);
  return data;
}
