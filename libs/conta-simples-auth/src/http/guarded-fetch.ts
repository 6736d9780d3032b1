import type { TokenKeeper } from '../token/keeper.js';
import { CallerDeadline } from './caller-deadline.js';
import { guardedSend, type Sent } from './guarded-send.js';
import { untrustedOrigin } from './refusals.js';
import { type RequestBody, requestBody } from './request-body.js';
import { type Destination, fullAddress, trustedAddress, untrusted } from './trusted-address.js';

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
  return async (input, { account, contaSimplesAuth, ...init } = {}) => {
    const keeper = options.keeper(account);
    const body = requestBody(init.body);
    const headers = headersOf(input, init, body);
    if (!headers.has('User-Agent')) headers.set('User-Agent', options.userAgent);
    // Read from a copy that is the platform's own, so that what is checked is what is sent to.
    const request = input instanceof Request ? new Request(input, { ...init, body: undefined, headers }) : undefined;
    const destination = destinationOf(request?.url ?? addressOf(input, options.baseUrl), init, options.origins);
    if (destination.name === 'untrusted') throw untrustedOrigin(keeper.account, destination.why);
    const target = request ?? destination.url.href;
    // A redirect would take the token along. Who wants an error for one still gets the platform's.
    const redirect = (init.redirect ?? request?.redirect) === 'error' ? 'error' : 'manual';
    const prepared: RequestInit = { ...init, body: body.data as RequestInit['body'], headers, redirect };
    if (contaSimplesAuth === false || headers.has('Authorization')) return unwrap(await send(target, prepared));
    const sent = await guardedSend<Response>({
      keeper,
      deadline: new CallerDeadline({ signal: init.signal ?? request?.signal }),
      // A `Request` holds its body as a stream, whatever that was made of.
      isReplayable: body.isReplayable && (body.data !== undefined || (request?.body ?? null) === null),
      send: (token) => {
        // Nobody else has these headers; the platform copies them for each send.
        headers.set('Authorization', `${token.type} ${token.value}`);
        return send(target, prepared);
      },
      discard: (unread) => {
        if (unread.ok) unread.response.body?.cancel().catch(() => {});
      },
      surfacesRefusal: () => false,
    });
    return unwrap(sent);
  };
}

/** As `fetch` puts them together, and with the content type of what has been written anew. */
function headersOf(input: unknown, init: RequestInit, { contentType }: RequestBody): Headers {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
  if (contentType !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', contentType);
  return headers;
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
    return { ok: false, status: undefined, error: withoutRawData(error) };
  }
}

function unwrap(sent: Sent<Response>): Response {
  if (sent.ok) return sent.response;
  throw sent.error;
}

/** What the platform's parser could not read is in the error's cause as it came, and may repeat what was sent. */
function withoutRawData(error: unknown): unknown {
  const cause = (error as { cause?: { data?: unknown } } | undefined)?.cause;
  if (typeof cause === 'object' && cause !== null) delete cause.data;
  return error;
}
