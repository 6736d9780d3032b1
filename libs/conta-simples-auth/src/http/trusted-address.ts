import type { Agent } from 'node:https';

/** To the account's own API: the checked URL is what is sent to, whatever the parts of the request say. */
export interface TrustedDestination {
  readonly name: 'trusted';
  readonly url: URL;
  /** The https agent to send through, where the one of the request has to be verified on the way. */
  readonly httpsAgent?: Agent;
}

export interface UntrustedDestination {
  readonly name: 'untrusted';
  readonly why: string;
}

/** Where a request is really going, and what that means for the token. */
export type Destination =
  | TrustedDestination
  | UntrustedDestination
  /** To the account's own API, over a connection that checks no certificate: only a request without the token may go. */
  | { readonly name: 'unchecked'; readonly url: URL; readonly why: string };

/**
 * Puts base URL and URL together as axios does, for every client alike: a path is appended to that of the base, and what
 * only looks like an address of its own becomes such a path. What comes out is both what is checked and what is sent to.
 */
export function fullAddress(baseUrl: string | undefined, url: string, allowAbsolute = true): string {
  const isAbsolute = /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
  if (!baseUrl || (isAbsolute && allowAbsolute)) return url;
  return url === '' ? baseUrl : `${baseUrl.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}

/** Decides from the address alone. */
export function trustedAddress(
  address: string,
  origins: ReadonlySet<string>,
): TrustedDestination | UntrustedDestination {
  const url = parsed(address);
  if (url === undefined) return untrusted('the address is not an absolute URL');
  if (url.username !== '' || url.password !== '') return untrusted('the address holds a user name or password');
  // A blob: URL has the origin of the page that made it.
  if (!origins.has(url.origin) || url.protocol === 'blob:') return untrusted('the address is of another origin');
  if (url.hash !== '') url.hash = '';
  return { name: 'trusted', url };
}

/** Nothing in it that a parser would read as anything but path and query; two slashes would start another host. */
const PLAIN_PATH = /^\/(?!\/)[\w\-./?=&%,:~+@]*$/;

/**
 * A plain path behind a base URL that has been checked stays within the base's origin, whatever it says: there is
 * nothing to parse. Nearly every call is one, and parsing would be most of what it costs to guard it.
 */
export function isPlainPath(url: unknown): url is string {
  return typeof url === 'string' && PLAIN_PATH.test(url);
}

export function untrusted(why: string): UntrustedDestination {
  return { name: 'untrusted', why };
}

/** Parsed once: `URL.canParse()` before it would take as long again. */
function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
