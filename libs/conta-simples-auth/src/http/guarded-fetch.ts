import type { TokenKeeper } from '../token/keeper.js';
import { CallerDeadline } from './caller-deadline.js';
import { FetchCall, sendByFetch } from './fetch-call.js';
import { guardedSend, type Sent } from './guarded-send.js';
import { untrustedOrigin, untrustedServer } from './refusals.js';
import { requestBody } from './request-body.js';
import type { StreamedBody } from './streamed-body.js';
import { type Destination, fullAddress, isPlainPath, trustedAddress, untrusted } from './trusted-address.js';
import { uncheckedByEnvironment } from './unchecked-tls.js';
import { withRest } from './with-rest.js';

/**
 * What the built-in `fetch` takes, and whose token to send.
 *
 * @publicApi
 */
export interface ContaSimplesFetchInit extends RequestInit {
  /** The account's name; left out, the account of the pair without a name. */
  account?: string | undefined;
  /** `false` sends this request without the account's token. Default: true. */
  contaSimplesAuth?: boolean | undefined;
}

export type GuardedFetch = (input: string | URL | Request, init?: ContaSimplesFetchInit) => Promise<Response>;

export interface GuardedFetchOptions {
  /** @throws ContaSimplesAuthError of kind `unknown_account` */
  readonly keeper: (account: string | undefined) => TokenKeeper;
  readonly baseUrl: string;
  readonly origins: ReadonlySet<string>;
  readonly userAgent: string;
}

/** What a call without options has: there is nothing in it to copy. */
const NOTHING: ContaSimplesFetchInit = Object.freeze({});

/** The built-in `fetch` with the guarantees of `ContaSimplesHttpService`, by the same core. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  // Worked out once for all plain paths; nearly every call is one.
  const base = options.baseUrl.replace(/\/+$/, '');
  const isBaseSecure = isSecure(base);
  return async (input, init = NOTHING) => {
    const keeper = options.keeper(init.account);
    const body = requestBody(init.body);
    const headers: Record<string, string> = { 'User-Agent': options.userAgent };
    // That of what has been written anew: the platform would set its own.
    if (body.contentType !== undefined) headers['Content-Type'] = body.contentType;
    const hasAuthorization = addGiven(headers, init.headers ?? (input instanceof Request ? input.headers : undefined));
    // Read from a copy that is the platform's own, so that what is checked is what is sent to.
    const request = input instanceof Request ? new Request(input, { ...init, body: undefined, headers }) : undefined;
    const isPlain = isPlainPath(input);
    const address = isPlain ? base + input : (request?.url ?? addressOf(input, options.baseUrl));
    let target = request ?? address;
    if (!isPlain || init.dispatcher) {
      const destination = destinationOf(address, init, options.origins);
      if (destination.name === 'untrusted') throw untrustedOrigin(keeper.account, destination.why);
      target = request ?? destination.url.href;
    }
    // A redirect would take the token along. Who wants an error for one still gets the platform's.
    const redirect = (init.redirect ?? request?.redirect) === 'error' ? 'error' : 'manual';
    // Our own two names among them are nothing to the platform.
    const prepared: RequestInit = { body: body.data as RequestInit['body'], headers, redirect };
    if (init !== NOTHING) withRest(prepared, init);
    if (init.contaSimplesAuth === false || hasAuthorization) return unwrap(await sendByFetch(target, prepared));
    const unchecked = (isPlain ? isBaseSecure : isSecure(address)) ? uncheckedByEnvironment() : undefined;
    if (unchecked !== undefined) throw untrustedServer(keeper.account, unchecked);
    const sending = guardedSend(
      new FetchCall({
        keeper,
        deadline: new CallerDeadline({ signal: init.signal ?? request?.signal }, body.stream),
        // A `Request` holds its body as a stream, whatever that was made of.
        isReplayable: body.isReplayable && (body.data !== undefined || (request?.body ?? null) === null),
        target,
        init: prepared,
        headers,
      }),
    );
    return unwrap(await (body.stream === undefined ? sending : inWordsOfThePlatform(sending, body.stream)));
  };
}

/**
 * Adds the caller's headers, which come before ours of the same name, and tells whether they bring an `Authorization`. In
 * a plain object, and a plain object is taken as it is: to have them checked by `Headers` here, and by `fetch` again, takes
 * longer than all the rest.
 */
function addGiven(headers: Record<string, string>, given: RequestInit['headers']): boolean {
  if (given === undefined) return false;
  const theirs = Symbol.iterator in given ? Object.fromEntries(new Headers(given)) : given;
  let hasAuthorization = false;
  for (const name of Object.keys(theirs)) {
    const lowerCase = name.toLowerCase();
    if (lowerCase === 'authorization') hasAuthorization = true;
    for (const mine of Object.keys(headers)) if (mine.toLowerCase() === lowerCase) delete headers[mine];
  }
  withRest(headers, theirs);
  return hasAuthorization;
}

function addressOf(input: unknown, baseUrl: string): string {
  if (input instanceof URL) return input.href;
  if (typeof input === 'string') return fullAddress(baseUrl, input);
  throw new TypeError('fetch() takes a string, a URL or a Request of this platform');
}

function isSecure(address: string): boolean {
  return /^https:/i.test(address);
}

function destinationOf(address: string, init: RequestInit, origins: ReadonlySet<string>): Destination {
  const destination = trustedAddress(address, origins);
  if (destination.name === 'untrusted' || destination.url.protocol !== 'http:') return destination;
  // Over https the certificate shows who is at the other end, whichever way leads there.
  return init.dispatcher ? untrusted('a dispatcher of its own may lead elsewhere') : destination;
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
