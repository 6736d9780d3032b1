import { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import type { AxiosResponse, AxiosResponseTransformer, InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../../model/access-token.js';
import { isResponseStream, relayedStream, relayedWebStream } from '../body/response-stream.js';
import { dropRawBytes, redact, redactFile, redactText } from './redact.js';

/** A request as its caller sees it: the token is in no part of it. */
export interface CallerView {
  readonly config: InternalAxiosRequestConfig;
  /** The checked address; none for a request to another server that was sent unchanged. */
  readonly url?: URL;
  /** The tokens that the server received and may repeat. */
  readonly used: readonly AccessToken[];
}

/**
 * Puts the caller's config back on a response, and a plain description in place of Node's request object, which holds the
 * raw header that was sent and is often logged.
 */
export function redactResponse(
  response: AxiosResponse,
  view: CallerView,
  redactResult: (data: unknown) => unknown = unchanged,
): AxiosResponse {
  response.config = withHiddenAgents(view.config);
  if (response.request !== undefined) response.request = description(view, response.request);
  if (typeof response.data === 'object' && response.data !== null) response.data = redactStream(response, view);
  // axios parses the data after this. An error of the parser has the data in it.
  if (view.used.length > 0) redactTransforms(view, redactResult);
  return response;
}

function unchanged(data: unknown): unknown {
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
 * The same for the error of a request, and for its causes. Some servers repeat in an error response what they received,
 * and errors are often logged whole, so the token is removed from them. Successful responses keep their data unchanged.
 */
export function redactError(error: unknown, view: CallerView): unknown {
  describeRequests(error, view, new Set());
  return withoutTokens(error, view);
}

/** Also redacts a file in the response, which it has to read first. */
export async function redactErrorAndFile(error: unknown, view: CallerView): Promise<unknown> {
  const { response } = (error ?? {}) as RawError;
  if (response !== undefined) response.data = await redactFile(response.data, view.used);
  return redactError(error, view);
}

function describeRequests(error: unknown, view: CallerView, seen: Set<unknown>): void {
  if (typeof error !== 'object' || error === null || seen.has(error)) return;
  seen.add(error);
  const raw = error as RawError;
  if (raw.config !== undefined) raw.config = withHiddenAgents(view.config);
  if (raw.request !== undefined) raw.request = description(view, raw.request);
  if (raw.response !== undefined) redactResponse(raw.response, view, (data) => redact(data, view.used));
  dropRawBytes(error);
  describeRequests(raw.cause, view, seen);
  if (Array.isArray(raw.errors)) for (const each of raw.errors) describeRequests(each, view, seen);
}

/** The config is left out: it is the caller's, and never had the token. */
function withoutTokens(error: unknown, { config, used }: CallerView): unknown {
  if (used.length === 0) return error;
  const data = (error as RawError | undefined)?.response?.data;
  if (data instanceof IncomingMessage) {
    data.statusMessage = redactText(data.statusMessage ?? '', used);
    for (const part of [data.headers, data.rawHeaders]) redact(part, used);
  }
  return redact(error, used, new Set([config]));
}

function redactStream({ data, request }: AxiosResponse, view: CallerView): unknown {
  const redactIt = (error: unknown) => redactError(error, view);
  if (isResponseStream(data)) return relayedStream(data, { request: description(view, request), redact: redactIt });
  // If the stream is locked, an adapter of the application is reading it.
  if (data instanceof ReadableStream && !data.locked) return relayedWebStream(data, redactIt);
  return data;
}

interface RawRequest {
  readonly path?: unknown;
  readonly url?: unknown;
  readonly host?: unknown;
  readonly res?: { readonly responseUrl?: unknown } | null;
}

/** Which address answered: after redirects, if the request could follow them. */
function description({ config, url }: CallerView, request: unknown) {
  const raw = (request ?? {}) as RawRequest;
  const method = (config.method ?? 'get').toUpperCase();
  const followed = raw.res?.responseUrl;
  const path = sentPath(raw) ?? (url && url.pathname + url.search);
  const responseUrl = typeof followed === 'string' ? followed : url && url.origin + path;
  return { method, host: url?.host ?? raw.host, path, res: { responseUrl } };
}

/** axios adds `params` later, so only the request has the final path. */
function sentPath({ path, url }: RawRequest): string | undefined {
  if (typeof path === 'string' && path.startsWith('/')) return path;
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/**
 * axios parses a response after the adapter has returned it, with `transformResponse` of the config. For this response
 * the functions are replaced by functions that redact; the first of them restores the caller's functions.
 *
 * @param redactResult is applied to what the last function returns, because parsing may join what was escaped
 */
function redactTransforms(view: CallerView, redactResult: (data: unknown) => unknown): void {
  const { config } = view;
  const { transformResponse } = config;
  const transforms = transformResponse === undefined || transformResponse === null ? [] : [transformResponse].flat();
  const last = transforms.length - 1;
  if (last < 0) return;
  config.transformResponse = transforms.map((transform, index) => {
    const wrapped: AxiosResponseTransformer = function (this: InternalAxiosRequestConfig, ...args) {
      if (index === 0 && transformResponse !== undefined) config.transformResponse = transformResponse;
      try {
        const data: unknown = transform.apply(this, args);
        return index === last ? redactResult(data) : data;
      } catch (error) {
        // A parser quotes what it could not read.
        throw withoutTokens(error, view);
      }
    };
    return wrapped;
  });
}

/**
 * An agent holds the sockets of every request in flight, and those hold raw headers. It stays in the config, so that a
 * retry with this config uses it as well, but printing the config does not show what the agent holds.
 */
function withHiddenAgents(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  for (const name of ['httpAgent', 'httpsAgent'] as const) {
    if (!config[name]) continue;
    let agent: unknown = config[name];
    Object.defineProperty(config, name, {
      configurable: true,
      enumerable: hideContents(agent),
      get: () => agent,
      set: (other: unknown) => {
        agent = other;
      },
    });
  }
  return config;
}

const hidden = new WeakSet<object>();

/**
 * Makes an object print as its class name only, and as nothing in JSON. The rest of it stays unchanged. Returns `false`
 * for values that cannot be changed in this way.
 */
export function hideContents(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (hidden.has(value)) return true;
  const name = `[${value.constructor?.name ?? 'Object'}]`;
  const method = (print: () => string | undefined) => ({ value: print, configurable: true, writable: true });
  try {
    Object.defineProperties(value, { toJSON: method(() => undefined), [inspect.custom]: method(() => name) });
  } catch {
    return false;
  }
  hidden.add(value);
  return true;
}
