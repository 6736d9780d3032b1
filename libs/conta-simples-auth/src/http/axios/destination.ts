import http from 'node:http';
import https from 'node:https';
import { type AxiosAdapter, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { isUnprintable } from '../redaction/hidden-object.js';
import {
  type Destination,
  fullAddress,
  type TrustedDestination,
  trustedAddress,
  type UntrustedDestination,
  untrusted,
} from '../trusted-address.js';
import { namesOtherHost } from './host-header.js';
import { hasOwnWay, leadsElsewhere } from './leading-agent.js';
import { uncheckedTls } from './unchecked-tls.js';
import { verifiedAgent } from './verified-agent.js';

/*
 * Who is at the other end of a request, and whether that may have the token: decided here and nowhere else, for axios and
 * for `fetch`. The process itself (a patched `tls.connect`, `fetch` or dispatcher for all of it) is not looked into.
 */

/** Whether the caller opted out, or brought credentials of its own. */
export function goesWithoutToken(config: InternalAxiosRequestConfig): boolean {
  if (config.contaSimplesAuth === false) return true;
  // axios lets `auth` replace an Authorization header.
  return AxiosHeaders.from(config.headers).has('Authorization') || Boolean(config.auth);
}

export interface OwnAgents {
  readonly httpAgent?: object | undefined;
  readonly httpsAgent?: object | undefined;
}

/**
 * Decides from the final config, after every interceptor, since any part of it may have been rewritten. `own` are the
 * agents of requests that name none, where they are not Node's global ones.
 */
export function destinationOf(
  config: InternalAxiosRequestConfig,
  inner: AxiosAdapter,
  origins: ReadonlySet<string>,
  own: OwnAgents,
): Destination {
  const destination = trustedAddress(fullAddress(config.baseURL, config.url ?? '', config.allowAbsoluteUrls), origins);
  if (destination.name === 'untrusted') return destination;
  const { url } = destination;
  if (config.socketPath) return untrusted('socketPath leads elsewhere');
  if (config.transport) return untrusted('a transport of its own may lead elsewhere');
  if (namesOtherHost(config.headers, url)) return untrusted(OTHER_HOST);
  if (leadsElsewhere(config.http2Options, url)) return untrusted('a connection of its own may lead elsewhere');
  if (hasOwnFetch(config.env)) return untrusted('a fetch of its own may lead elsewhere');
  if (url.protocol === 'http:') return overPlainHttp(config, url, own) ?? destination;
  // Over https the certificate shows who is at the other end, whichever way leads there.
  const agent = agentOf(config, url, own);
  if (leadsElsewhere(agent.options, url)) return untrusted(OWN_AGENT);
  const unchecked = uncheckedTls(config, inner, own.httpsAgent);
  if (unchecked !== undefined) return { name: 'unchecked', url, why: unchecked };
  return hasOwnWay(agent, url) ? { name: 'trusted', url, httpsAgent: verifiedAgent(agent) } : destination;
}

/**
 * To be called before the token is sent. An agent holds the sockets of every request in flight, and those hold raw
 * headers. Other requests of the application print it, too: Node's global one is in every error of a plain axios.
 */
export function hideConnections(config: InternalAxiosRequestConfig, url: URL, own: OwnAgents): void {
  isUnprintable(agentOf(config, url, own));
  isUnprintable(config.fetchOptions?.dispatcher);
}

function agentOf({ httpAgent, httpsAgent }: InternalAxiosRequestConfig, { protocol }: URL, own: OwnAgents) {
  if (protocol === 'http:') return httpAgent || own.httpAgent || http.globalAgent;
  return httpsAgent || own.httpsAgent || https.globalAgent;
}

/** Only the `fetch` adapter of axios uses these. */
function hasOwnFetch(env: InternalAxiosRequestConfig['env']): boolean {
  if (!env) return false;
  const { fetch, Request } = env as { fetch?: unknown; Request?: unknown };
  return (Boolean(fetch) && fetch !== globalThis.fetch) || (Boolean(Request) && Request !== globalThis.Request);
}

const OTHER_HOST = 'its Host header names another server than its address';
const OWN_DISPATCHER = 'a dispatcher of its own may lead elsewhere';
const OWN_AGENT = 'an agent of its own may lead elsewhere';

function overPlainHttp(config: InternalAxiosRequestConfig, url: URL, own: OwnAgents): Destination | undefined {
  if (config.proxy) return untrusted('a proxy would read what is sent over plain http');
  if (config.lookup) return untrusted('a lookup of its own may lead elsewhere');
  const agent = agentOf(config, url, own);
  if (hasOwnWay(agent, url) || leadsElsewhere(agent.options, url)) return untrusted(OWN_AGENT);
  if (config.fetchOptions?.dispatcher) return untrusted(OWN_DISPATCHER);
  return undefined;
}

/** The same for `fetch`. `headers` are given where one of them may name a host. */
export function fetchDestination(
  address: string,
  { dispatcher }: { readonly dispatcher?: unknown },
  headers: object | undefined,
  origins: ReadonlySet<string>,
): TrustedDestination | UntrustedDestination {
  const destination = trustedAddress(address, origins);
  if (destination.name === 'untrusted') return destination;
  if (headers !== undefined && namesOtherHost(headers, destination.url)) return untrusted(OTHER_HOST);
  // Over https the certificate shows who is at the other end, whichever way leads there.
  return dispatcher && destination.url.protocol === 'http:' ? untrusted(OWN_DISPATCHER) : destination;
}
