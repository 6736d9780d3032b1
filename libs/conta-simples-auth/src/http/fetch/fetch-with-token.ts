import type { AccessToken } from '../../model/access-token.js';
import type { TokenKeeper } from '../../token/keeper.js';
import { NO_BODY, type RequestBody, requestBody, type StreamedBody } from '../body/request-body.js';
import type { CallerLimits } from '../caller-deadline.js';
import {
  fetchDestination,
  fullAddress,
  isPlainPath,
  uncheckedByEnvironment,
  untrustedOrigin,
  untrustedServer,
} from '../destination.js';
import { dropRawBytes } from '../redaction/redact.js';
import { type AccountKeepers, authorization, type Call, type Sent, sendWithToken } from '../send.js';
import { AUTHORIZATION, addHeaders, type ContaSimplesFetchInit, HOST, readInit } from './fetch-init.js';

export type FetchWithToken = (input: string | URL | Request, init?: ContaSimplesFetchInit) => Promise<Response>;

export interface FetchWithTokenOptions {
  readonly accounts: AccountKeepers;
  readonly baseUrl: string;
  readonly origins: ReadonlySet<string>;
  readonly userAgent: string;
}

/** The built-in `fetch` with the guarantees of `ContaSimplesHttpService`. */
export function createFetchWithToken(options: FetchWithTokenOptions): FetchWithToken {
  const { accounts, origins, userAgent } = options;
  // Nearly every call has a plain path, so its base is prepared once.
  const base = options.baseUrl.replace(/\/+$/, '');
  const isBaseSecure = isSecure(base);
  const send: FetchWithToken = (input, given) => {
    // What is sent. It contains our two own members as well, which the platform ignores.
    const init = readInit(given);
    const keeper = accounts.get(init.account);
    const body = init.body === undefined ? NO_BODY : requestBody(init.body);
    const headers: Record<string, string> = { 'User-Agent': userAgent };
    // For a body that was written to bytes here; the platform would set another content type.
    if (body.contentType !== undefined) headers['Content-Type'] = body.contentType;
    const isRequest = input instanceof Request;
    const named = addHeaders(headers, init.headers === undefined && isRequest ? input.headers : init.headers);
    init.headers = headers;
    const request = isRequest ? copiedRequest(input, init) : undefined;
    const isPlain = isPlainPath(input);
    const address = isPlain ? base + input : (request?.url ?? addressOf(input, options.baseUrl));
    let target = request ?? address;
    if (!isPlain || init.dispatcher || named & HOST) {
      const destination = fetchDestination(address, init, named & HOST ? headers : undefined, origins);
      if (destination.name === 'untrusted') throw untrustedOrigin(keeper.account, destination.why);
      target = request ?? destination.url.href;
      if (request !== undefined && destination.url.protocol === 'http:') init.dispatcher ??= globalDispatcher();
    }
    const isReplayable = isSentWhole(init, body, request);
    init.body = body.data as RequestInit['body'];
    init.redirect = notFollowed(init.redirect === undefined ? request?.redirect : init.redirect);
    if (init.contaSimplesAuth === false || named & AUTHORIZATION) return sendWithoutToken(target, init);

    const unchecked = (isPlain ? isBaseSecure : isSecure(address)) ? uncheckedByEnvironment() : undefined;
    if (unchecked !== undefined) throw untrustedServer(keeper.account, unchecked);
    const limits = { signal: request === undefined ? init.signal : request.signal };
    const sending = sendWithToken(
      new FetchCall(keeper, limits, { isReplayable, stream: body.stream }, target, init, headers),
    );
    return body.stream === undefined ? sending : withPlatformError(sending, body.stream);
  };
  // Not async, for the reason given in `sendWithToken`.
  return (input, init) => {
    try {
      return send(input, init);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

/** A class, because closures that are made for each call took 1 % of its time. */
class FetchCall implements Call<Response, Response> {
  readonly returnsAccepted401 = false;

  constructor(
    readonly keeper: TokenKeeper,
    readonly limits: CallerLimits,
    readonly body: Pick<RequestBody, 'isReplayable' | 'stream'>,
    readonly target: string | Request,
    readonly init: RequestInit,
    /** The headers of `init`. The platform copies them for each send. */
    readonly headers: Record<string, string>,
  ) {}

  send(token: AccessToken): Promise<Response> {
    this.headers.Authorization = authorization(token);
    return fetch(this.target, this.init);
  }

  answered(response: Response): Sent<Response> {
    return { ok: true, status: response.status, response, body: response.body };
  }

  failed(error: unknown): Sent<Response> {
    return { ok: false, status: undefined, error: withoutRawBytes(error) };
  }

  result(sent: Sent<Response>): Response {
    if (sent.ok) return sent.response;
    throw sent.error;
  }
}

async function sendWithoutToken(target: string | Request, init: RequestInit): Promise<Response> {
  try {
    return await fetch(target, init);
  } catch (error) {
    throw withoutRawBytes(error);
  }
}

function withoutRawBytes(error: unknown): unknown {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  if (typeof cause === 'object' && cause !== null) dropRawBytes(cause);
  return error;
}

/** The platform reports a body that breaks as a network error. */
function withPlatformError<T>(sending: Promise<T>, stream: StreamedBody): Promise<T> {
  return sending.catch((error: unknown) => {
    throw stream.brokeWith(error) ? new TypeError('fetch failed', { cause: error }) : error;
  });
}

/**
 * A copy made by the platform, so that what is checked is what is sent. It takes over the body of the request. A body in
 * `init` is passed to each send, and is an empty text here.
 */
function copiedRequest(request: Request, init: RequestInit): Request {
  return new Request(request, { ...init, body: hasBody(init) ? '' : undefined });
}

/**
 * A `Request` may carry a dispatcher that cannot be read from it. Over plain http it must not decide where the request
 * goes, so the global one is set in its place.
 */
function globalDispatcher(): RequestInit['dispatcher'] {
  return (globalThis as { [GLOBAL_DISPATCHER]?: RequestInit['dispatcher'] })[GLOBAL_DISPATCHER];
}

/** The name under which undici stores it, in Node and as a package. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** Whether the same bytes can be sent a second time. A `Request` always holds its body as a stream. */
function isSentWhole(init: RequestInit, body: RequestBody, request: Request | undefined): boolean {
  return hasBody(init) ? body.isReplayable : (request?.body ?? null) === null;
}

/** The platform treats `null` as no body. */
function hasBody({ body }: RequestInit): boolean {
  return body !== undefined && body !== null;
}

/** A redirect would take the token along. With `error`, the platform makes the error. */
function notFollowed(redirect: RequestInit['redirect']): RequestInit['redirect'] {
  return redirect === undefined || redirect === 'follow' ? 'manual' : redirect;
}

/** The platform converts other values to text, such as a `URL` of another realm. */
function addressOf(input: unknown, baseUrl: string): string {
  if (input instanceof URL) return input.href;
  if (typeof input === 'string') return fullAddress(baseUrl, input);
  const text = String(input);
  if (!URL.canParse(text)) throw new TypeError('fetch() takes a string, a URL or a Request of this platform');
  return text;
}

function isSecure(address: string): boolean {
  return /^https:/i.test(address);
}
