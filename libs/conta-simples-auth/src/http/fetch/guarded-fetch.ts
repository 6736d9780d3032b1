import type { TokenKeeper } from '../../token/keeper.js';
import { fetchDestination } from '../axios/destination.js';
import { uncheckedByEnvironment } from '../axios/unchecked-tls.js';
import { type RequestBody, requestBody } from '../body/request-body.js';
import type { StreamedBody } from '../body/streamed-body.js';
import { CallerDeadline } from '../caller-deadline.js';
import { untrustedOrigin, untrustedServer } from '../refusals.js';
import { guardedSend, type Sent } from '../send.js';
import { fullAddress, isPlainPath } from '../trusted-address.js';
import { FetchCall, sendByFetch } from './fetch-call.js';
import { AUTHORIZATION, addGiven, HOST } from './fetch-headers.js';
import { type ContaSimplesFetchInit, readInit } from './fetch-init.js';

export type { ContaSimplesFetchInit };

export type GuardedFetch = (input: string | URL | Request, init?: ContaSimplesFetchInit) => Promise<Response>;

export interface GuardedFetchOptions {
  /** @throws ContaSimplesAuthError of kind `unknown_account` */
  readonly keeper: (account: string | undefined) => TokenKeeper;
  readonly baseUrl: string;
  readonly origins: ReadonlySet<string>;
  readonly userAgent: string;
}

/** The built-in `fetch` with the guarantees of `ContaSimplesHttpService`, by the same core. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  // Worked out once for all plain paths; nearly every call is one.
  const base = options.baseUrl.replace(/\/+$/, '');
  const isBaseSecure = isSecure(base);
  return async (input, given) => {
    // From here on this is what is sent: our own two names among its members are nothing to the platform.
    const init = readInit(given);
    const keeper = options.keeper(init.account);
    const body = requestBody(init.body);
    const headers: Record<string, string> = { 'User-Agent': options.userAgent };
    // That of what has been written anew: the platform would set its own.
    if (body.contentType !== undefined) headers['Content-Type'] = body.contentType;
    const isRequest = input instanceof Request;
    const named = addGiven(headers, init.headers === undefined && isRequest ? input.headers : init.headers);
    init.headers = headers;
    const request = isRequest ? copiedRequest(input, init) : undefined;
    const isPlain = isPlainPath(input);
    const address = isPlain ? base + input : (request?.url ?? addressOf(input, options.baseUrl));
    let target = request ?? address;
    if (!isPlain || init.dispatcher || named & HOST) {
      const destination = fetchDestination(address, init, named & HOST ? headers : undefined, options.origins);
      if (destination.name === 'untrusted') throw untrustedOrigin(keeper.account, destination.why);
      target = request ?? destination.url.href;
      if (request !== undefined && destination.url.protocol === 'http:') init.dispatcher ??= globalDispatcher();
    }
    const isReplayable = isSentWhole(init, body, request);
    init.body = body.data as RequestInit['body'];
    init.redirect = notFollowed(init.redirect === undefined ? request?.redirect : init.redirect);
    if (init.contaSimplesAuth === false || named & AUTHORIZATION) return unwrap(await sendByFetch(target, init));
    const unchecked = (isPlain ? isBaseSecure : isSecure(address)) ? uncheckedByEnvironment() : undefined;
    if (unchecked !== undefined) throw untrustedServer(keeper.account, unchecked);
    const sending = guardedSend(
      new FetchCall({
        keeper,
        deadline: new CallerDeadline({ signal: request === undefined ? init.signal : request.signal }, body.stream),
        isReplayable,
        target,
        init,
        headers,
      }),
    );
    return unwrap(await (body.stream === undefined ? sending : inWordsOfThePlatform(sending, body.stream)));
  };
}

/**
 * A copy that is the platform's own, so that what is checked is what is sent to. It takes over the body of the request,
 * unless `init` brings another: that is given to each send, and is here represented by an empty one.
 */
function copiedRequest(request: Request, init: RequestInit): Request {
  return new Request(request, { ...init, body: hasBody(init) ? '' : undefined });
}

/**
 * A `Request` may carry a dispatcher that cannot be read from it. Over plain http it must not decide where the request
 * goes: the one of the process is named instead.
 */
function globalDispatcher(): RequestInit['dispatcher'] {
  return (globalThis as { [GLOBAL_DISPATCHER]?: RequestInit['dispatcher'] })[GLOBAL_DISPATCHER];
}

/** Under this name undici keeps it, the one in Node and the package alike. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** Whether the same bytes can be sent a second time. A `Request` holds its body as a stream, whatever that was made of. */
function isSentWhole(init: RequestInit, body: RequestBody, request: Request | undefined): boolean {
  return hasBody(init) ? body.isReplayable : (request?.body ?? null) === null;
}

/** The platform takes `null` for none. */
function hasBody({ body }: RequestInit): boolean {
  return body !== undefined && body !== null;
}

/** A redirect would take the token along. For whoever wants an error for one, the platform makes it. */
function notFollowed(redirect: RequestInit['redirect']): RequestInit['redirect'] {
  return redirect === undefined || redirect === 'follow' ? 'manual' : redirect;
}

/** What is neither of these the platform takes for its text, as a `URL` of another realm. */
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

/** For which a body that breaks is a failure of the network. */
function inWordsOfThePlatform<T>(sending: Promise<T>, stream: StreamedBody): Promise<T> {
  return sending.catch((error: unknown) => {
    throw stream.brokeWith(error) ? new TypeError('fetch failed', { cause: error }) : error;
  });
}

function unwrap(sent: Sent<Response>): Response {
  if (sent.ok) return sent.response;
  throw sent.error;
}
