import { IncomingMessage } from 'node:http';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../../model/access-token.js';
import { dropRawBytes } from '../body/raw-bytes.js';
import { isAnswerStream, relayedStream } from '../body/relayed-stream.js';
import { relayedWebStream } from '../body/relayed-web-stream.js';
import { isUnprintable } from './hidden-object.js';
import { withoutTraces } from './redact.js';
import { redacted, redactedFile } from './redacted-body.js';
import { redactTransforms } from './redacted-transforms.js';

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
export function printableResponse(
  response: AxiosResponse,
  view: CallerView,
  redactResult: (data: unknown) => unknown = asItIs,
): AxiosResponse {
  response.config = withHiddenAgents(view.config);
  if (response.request !== undefined) response.request = description(view, response.request);
  response.data = printableData(response.data, response, view);
  // axios parses the data after this. An error of the parser has the data in it.
  if (view.used.length > 0) {
    redactTransforms(response.config, { redact: (error) => redactedError(error, view), redactResult });
  }
  return response;
}

function asItIs(data: unknown): unknown {
  return data;
}

interface RawError {
  config?: unknown;
  request?: unknown;
  response?: AxiosResponse;
  cause?: unknown;
  errors?: unknown;
}

/**
 * The same for what a request was rejected with, and for what that was caused by. Some servers repeat in an error what
 * they were sent, and errors end up in logs whole: the token is removed from it. An answer is left as it is.
 */
export function printableError(error: unknown, view: CallerView): unknown {
  describeRequests(error, view, new Set());
  return redactedError(error, view);
}

/** Also for files, which are read for it. */
export async function printableErrorWithFile(error: unknown, view: CallerView): Promise<unknown> {
  const { response } = (error ?? {}) as RawError;
  if (response !== undefined) response.data = await redactedFile(response.data, view.used);
  return printableError(error, view);
}

function describeRequests(error: unknown, view: CallerView, seen: Set<unknown>): void {
  if (typeof error !== 'object' || error === null || seen.has(error)) return;
  seen.add(error);
  const raw = error as RawError;
  if (raw.config !== undefined) raw.config = withHiddenAgents(view.config);
  if (raw.request !== undefined) raw.request = description(view, raw.request);
  if (raw.response !== undefined) printableResponse(raw.response, view, (data) => redacted(data, view.used));
  dropRawBytes(error);
  describeRequests(raw.cause, view, seen);
  if (Array.isArray(raw.errors)) for (const each of raw.errors) describeRequests(each, view, seen);
}

/** Not in the config, which is the caller's own and never had the token. */
function redactedError(error: unknown, { config, used }: CallerView): unknown {
  if (used.length === 0) return error;
  const data = (error as RawError | undefined)?.response?.data;
  if (data instanceof IncomingMessage) {
    data.statusMessage = withoutTraces(data.statusMessage ?? '', used);
    for (const part of [data.headers, data.rawHeaders]) redacted(part, used);
  }
  return redacted(error, used, new Set([config]));
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
