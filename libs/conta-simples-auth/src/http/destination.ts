import type { Agent } from 'node:https';
import { ContaSimplesAuthError } from '../model/auth-error.js';

/*
 * Which server a request goes to, and whether that server may have the token. These are the rules for addresses and
 * headers, for axios and `fetch`; axios/axios-destination.ts adds those for agents and connections. Changes to the whole
 * process (a patched `tls.connect`, a global `fetch` or dispatcher) are not examined.
 */

/** The API of the account. The request is sent to the checked `url`, not to the parts that it was made of. */
export interface TrustedDestination {
  readonly name: 'trusted';
  readonly url: URL;
  /** Replaces the https agent of the request where its connections have to be verified. */
  readonly httpsAgent?: Agent;
}

export interface UntrustedDestination {
  readonly name: 'untrusted';
  readonly why: string;
}

export type Destination =
  | TrustedDestination
  | UntrustedDestination
  /** The API of the account, over a connection that checks no certificate: only for requests without the token. */
  | { readonly name: 'unchecked'; readonly url: URL; readonly why: string };

export function untrusted(why: string): UntrustedDestination {
  return { name: 'untrusted', why };
}

/**
 * Joins base URL and URL as axios does, for axios and `fetch`: a path is appended to the path of the base. With
 * `allowAbsolute: false` an absolute URL is appended as well.
 */
export function fullAddress(baseUrl: string | undefined, url: string, allowAbsolute = true): string {
  const isAbsolute = /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
  if (!baseUrl || (isAbsolute && allowAbsolute)) return url;
  return url === '' ? baseUrl : `${baseUrl.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}

/** Checks the address only. */
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

/** Characters that a parser reads as path and query only. Two slashes at the start would name another host. */
const PLAIN_PATH = /^\/(?!\/)[\w\-./?=&%,:~+@]*$/;

/**
 * Appended to a checked base URL, a plain path cannot leave the origin of that base, so it need not be parsed. Nearly
 * every call has a plain path, and parsing it would be most of the cost of the checks.
 */
export function isPlainPath(url: unknown): url is string {
  return typeof url === 'string' && PLAIN_PATH.test(url);
}

/** A single parse: `URL.canParse()` before it would take as long again. */
function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

export const OTHER_HOST = 'its Host header names another server than its address';
export const CUSTOM_DISPATCHER = 'its dispatcher may lead to another server';

/** For `fetch`. `headers` are given only if one of them may name a host. */
export function fetchDestination(
  address: string,
  { dispatcher }: { readonly dispatcher?: unknown },
  headers: object | undefined,
  origins: ReadonlySet<string>,
): TrustedDestination | UntrustedDestination {
  const destination = trustedAddress(address, origins);
  if (destination.name === 'untrusted') return destination;
  if (headers !== undefined && namesOtherHost(headers, destination.url)) return untrusted(OTHER_HOST);
  // Over https the certificate identifies the server, on any route.
  return dispatcher && destination.url.protocol === 'http:' ? untrusted(CUSTOM_DISPATCHER) : destination;
}

/**
 * Whether one of the caller's headers names another server than the address. Node and undici check the certificate
 * against the name in the `Host` header, and a gateway may choose the server by it.
 */
export function namesOtherHost(headers: object, url: URL): boolean {
  for (const name of Object.keys(headers)) {
    // The lengths of `host` and `:authority`; nearly every header has another.
    if (name.length !== 4 && name.length !== 10) continue;
    const lowerCase = name.toLowerCase();
    if (lowerCase !== 'host' && lowerCase !== ':authority') continue;
    const value = (headers as Record<string, unknown>)[name];
    // axios sends no header for these values.
    if (value === undefined || value === null || value === false) continue;
    if (!isHostOf(url, String(value))) return true;
  }
  return false;
}

function isHostOf(url: URL, given: string): boolean {
  const host = given.trim().toLowerCase();
  if (host === url.host) return true;
  return url.port === '' && host === `${url.hostname}:${url.protocol === 'http:' ? 80 : 443}`;
}

/**
 * Why Node checks no certificate by default, if so. Read for each request, because connections obey the variable from
 * the moment at which the application sets it.
 */
export function uncheckedByEnvironment(): string | undefined {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return undefined;
  return (
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off; remove it, and trust a private CA by ' +
    '`tls: { ca }` (ContaSimplesHttpService) or NODE_EXTRA_CA_CERTS'
  );
}

export function untrustedOrigin(account: string, why: string): ContaSimplesAuthError {
  return new ContaSimplesAuthError({ kind: 'untrusted_origin', what: `The request was not sent: ${why}`, account });
}

export function untrustedServer(account: string, why: string): ContaSimplesAuthError {
  return new ContaSimplesAuthError({ kind: 'tls_error', what: `The request was not sent: ${why}`, account });
}
