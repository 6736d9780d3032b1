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

const NO_INIT: object = Object.freeze({});

/**
 * Reads `init` as the platform does: each known member once, whether it is an own property, a getter or inherited, so that
 * a `Request` works as well. The result is both what is checked and what is sent. It always has the same shape, which is
 * faster than copying the members that exist; the platform treats `undefined` like a missing member.
 *
 * @throws TypeError for a value that is no object, as the platform does
 */
export function readInit(given: unknown): ContaSimplesFetchInit {
  const isObject = typeof given === 'object' || typeof given === 'function';
  if (!isObject && given !== undefined) throw new TypeError('fetch() takes an object as its second argument');
  const init = (given ?? NO_INIT) as Record<string, unknown>;
  const read: Record<string, unknown> = {
    account: init.account,
    contaSimplesAuth: init.contaSimplesAuth,
    method: init.method,
    headers: init.headers,
    body: init.body,
    referrer: init.referrer,
    referrerPolicy: init.referrerPolicy,
    mode: init.mode,
    credentials: init.credentials,
    cache: init.cache,
    redirect: init.redirect,
    integrity: init.integrity,
    keepalive: init.keepalive,
    signal: init.signal,
    window: init.window,
    duplex: init.duplex,
    priority: init.priority,
    dispatcher: init.dispatcher,
  };
  return read as ContaSimplesFetchInit;
}

/** Flags for the caller's headers that have a meaning here. */
export const AUTHORIZATION = 1;
export const HOST = 2;

/**
 * Adds the caller's headers, which replace ours of the same name, and returns flags for the two above. The target is a
 * plain object, and a plain object is not parsed by `Headers`: `fetch` does that again, and it takes longer than the rest.
 */
export function addHeaders(headers: Record<string, string>, given: RequestInit['headers']): number {
  if (given === undefined) return 0;
  // Read once, so that what is checked is what is sent.
  const theirs: [string, unknown][] = Symbol.iterator in given ? [...new Headers(given)] : Object.entries(given);
  let found = 0;
  for (const [name] of theirs) {
    const lowerCase = name.toLowerCase();
    if (lowerCase === 'authorization') found |= AUTHORIZATION;
    else if (lowerCase === 'host' || lowerCase === ':authority') found |= HOST;
    for (const mine of Object.keys(headers)) if (mine.toLowerCase() === lowerCase) delete headers[mine];
  }
  // Not `{ ...headers, ...theirs }`, which takes ten times as long if the shape of `theirs` varies.
  for (const [name, value] of theirs) if (name !== '__proto__') headers[name] = value as string;
  return found;
}
