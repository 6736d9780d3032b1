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

/** What a call without options has. */
const NOTHING: object = Object.freeze({});

/**
 * Reads `init` as the platform does: every member that it knows, once, whether it is an own property, a getter or
 * inherited, so that a `Request` works as well. What comes out is ours: it is what is checked, and what is sent. Always of
 * one shape, which costs less than to copy what is there; the platform takes a member that is undefined for a missing one.
 *
 * @throws TypeError for what is no object, as the platform does
 */
export function readInit(given: unknown): ContaSimplesFetchInit {
  const isObject = typeof given === 'object' || typeof given === 'function';
  if (!isObject && given !== undefined) throw new TypeError('fetch() takes an object as its second argument');
  const init = (given ?? NOTHING) as Record<string, unknown>;
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
