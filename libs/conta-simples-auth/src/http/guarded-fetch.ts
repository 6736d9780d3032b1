import type { TokenKeeper } from '../token/keeper.js';
import { CallerDeadline } from './caller-deadline.js';
import { guardedSend, type Sent } from './guarded-send.js';
import { dropRawBytes } from './raw-bytes.js';
import { untrustedOrigin, untrustedServer } from './refusals.js';
import { type RequestBody, requestBody } from './request-body.js';
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

/** The built-in `fetch` with the guarantees of `ContaSimplesHttpService`, by the same core. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  return async (input, init = {}) => {
    const keeper = options.keeper(init.account);
    const body = requestBody(init.body);
    const { headers, hasAuthorization } = headersOf(input, init, { 'User-Agent': options.userAgent, ...typeOf(body) });
    // Read from a copy that is the platform's own, so that what is checked is what is sent to.
    const request = input instanceof Request ? new Request(input, { ...init, body: undefined, headers }) : undefined;
    const address = request?.url ?? addressOf(input, options.baseUrl);
    let target = request ?? address;
    if (!isPlainPath(input) || init.dispatcher) {
      const destination = destinationOf(address, init, options.origins);
      if (destination.name === 'untrusted') throw untrustedOrigin(keeper.account, destination.why);
      target = request ?? destination.url.href;
    }
    // A redirect would take the token along. Who wants an error for one still gets the platform's.
    const redirect = (init.redirect ?? request?.redirect) === 'error' ? 'error' : 'manual';
    // Our own two names among them are nothing to the platform.
    const prepared: RequestInit = withRest({ body: body.data as RequestInit['body'], headers, redirect }, init);
    if (init.contaSimplesAuth === false || hasAuthorization) return unwrap(await send(target, prepared));
    const unchecked = /^https:/i.test(address) ? uncheckedByEnvironment() : undefined;
    if (unchecked !== undefined) throw untrustedServer(keeper.account, unchecked);
    const sending = guardedSend<Response>({
      keeper,
      deadline: new CallerDeadline({ signal: init.signal ?? request?.signal }, body.stream),
      // A `Request` holds its body as a stream, whatever that was made of.
      isReplayable: body.isReplayable && (body.data !== undefined || (request?.body ?? null) === null),
      send: (token) => {
        // Nobody else has these headers; the platform copies them for each send.
        headers.Authorization = `${token.type} ${token.value}`;
        return send(target, prepared);
      },
      discard: (unread) => {
        if (unread.ok) unread.response.body?.cancel().catch(() => {});
      },
      surfacesRefusal: () => false,
    });
    return unwrap(await (body.stream === undefined ? sending : inWordsOfThePlatform(sending, body.stream)));
  };
}

/**
 * The caller's headers, and ours where it has none of that name. In a plain object, and a plain object is taken as it is:
 * to have them checked by `Headers` here, and by `fetch` again, takes longer than all the rest.
 */
function headersOf(input: unknown, init: RequestInit, ours: Record<string, string>) {
  const given = init.headers ?? (input instanceof Request ? input.headers : undefined);
  if (given === undefined) return { headers: ours, hasAuthorization: false };
  const theirs = Symbol.iterator in given ? Object.fromEntries(new Headers(given)) : given;
  let hasAuthorization = false;
  for (const name of Object.keys(theirs)) {
    const lowerCase = name.toLowerCase();
    if (lowerCase === 'authorization') hasAuthorization = true;
    for (const mine of Object.keys(ours)) if (mine.toLowerCase() === lowerCase) delete ours[mine];
  }
  return { headers: withRest(ours, theirs), hasAuthorization };
}

/** That of what has been written anew: the platform would set its own. */
function typeOf({ contentType }: RequestBody): Record<string, string> {
  return contentType === undefined ? {} : { 'Content-Type': contentType };
}

function addressOf(input: unknown, baseUrl: string): string {
  if (input instanceof URL) return input.href;
  if (typeof input === 'string') return fullAddress(baseUrl, input);
  throw new TypeError('fetch() takes a string, a URL or a Request of this platform');
}

function destinationOf(address: string, init: RequestInit, origins: ReadonlySet<string>): Destination {
  const destination = trustedAddress(address, origins);
  if (destination.name === 'untrusted' || destination.url.protocol !== 'http:') return destination;
  // Over https the certificate shows who is at the other end, whichever way leads there.
  return init.dispatcher ? untrusted('a dispatcher of its own may lead elsewhere') : destination;
}

async function send(target: string | Request, init: RequestInit): Promise<Sent<Response>> {
  try {
    const response = await fetch(target, init);
    return { ok: true, status: response.status, response };
  } catch (error) {
    return { ok: false, status: undefined, error: printable(error) };
  }
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

function printable(error: unknown): unknown {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  if (typeof cause === 'object' && cause !== null) dropRawBytes(cause);
  return error;
}
