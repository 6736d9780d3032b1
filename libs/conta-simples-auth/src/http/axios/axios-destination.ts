import http from 'node:http';
import https from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { type AxiosAdapter, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import {
  CUSTOM_DISPATCHER,
  type Destination,
  fullAddress,
  namesOtherHost,
  OTHER_HOST,
  trustedAddress,
  uncheckedByEnvironment,
  untrusted,
} from '../destination.js';
import { isOwnAgent } from './connections.js';
import { isHttpAdapter } from './inner-adapter.js';
import { verifiedAgent } from './verified-agent.js';

/** Whether the caller opted out of the token, or set other credentials. */
export function goesWithoutToken(config: InternalAxiosRequestConfig): boolean {
  if (config.contaSimplesAuth === false) return true;
  // axios lets `auth` replace an Authorization header.
  return AxiosHeaders.from(config.headers).has('Authorization') || Boolean(config.auth);
}

/** The agents of requests that name none, where they are not Node's global ones. */
export interface DefaultAgents {
  readonly httpAgent?: object | undefined;
  readonly httpsAgent?: object | undefined;
}

const CUSTOM_AGENT = 'its agent may lead to another server';

/** Decides from the final config, after every interceptor, because an interceptor may have changed any part of it. */
export function destinationOf(
  config: InternalAxiosRequestConfig,
  inner: AxiosAdapter,
  origins: ReadonlySet<string>,
  defaults: DefaultAgents,
): Destination {
  const destination = trustedAddress(fullAddress(config.baseURL, config.url ?? '', config.allowAbsoluteUrls), origins);
  if (destination.name === 'untrusted') return destination;
  const { url } = destination;
  if (config.socketPath) return untrusted('its socketPath leads to another server');
  if (config.transport) return untrusted('its transport may lead to another server');
  if (namesOtherHost(config.headers, url)) return untrusted(OTHER_HOST);
  if (leadsElsewhere(config.http2Options, url)) return untrusted('its http2Options may lead to another server');
  if (hasCustomFetch(config.env)) return untrusted('its env.fetch or env.Request may lead to another server');
  const agent = agentOf(config, url, defaults);
  if (url.protocol === 'http:') return overPlainHttp(config, agent, url) ?? destination;
  // Over https the certificate identifies the server, on any route.
  if (leadsElsewhere(agent.options, url)) return untrusted(CUSTOM_AGENT);
  const unchecked = uncheckedTls(config, inner, defaults.httpsAgent);
  if (unchecked !== undefined) return { name: 'unchecked', url, why: unchecked };
  return hasCustomRoute(agent, url) ? { name: 'trusted', url, httpsAgent: verifiedAgent(agent) } : destination;
}

/** The agent that a request would use. */
export function agentOf(config: InternalAxiosRequestConfig, url: URL, defaults: DefaultAgents) {
  const { httpAgent, httpsAgent } = config;
  if (url.protocol === 'http:') return httpAgent || defaults.httpAgent || http.globalAgent;
  return httpsAgent || defaults.httpsAgent || https.globalAgent;
}

/** Only the `fetch` adapter of axios uses these. */
function hasCustomFetch(env: InternalAxiosRequestConfig['env']): boolean {
  if (!env) return false;
  const { fetch, Request } = env as { fetch?: unknown; Request?: unknown };
  return (Boolean(fetch) && fetch !== globalThis.fetch) || (Boolean(Request) && Request !== globalThis.Request);
}

function overPlainHttp(
  config: InternalAxiosRequestConfig,
  agent: ReturnType<typeof agentOf>,
  url: URL,
): Destination | undefined {
  if (config.proxy) return untrusted('a proxy would read what is sent over plain http');
  if (config.lookup) return untrusted('its lookup may lead to another server');
  if (hasCustomRoute(agent, url) || leadsElsewhere(agent.options, url)) return untrusted(CUSTOM_AGENT);
  if (config.fetchOptions?.dispatcher) return untrusted(CUSTOM_DISPATCHER);
  return undefined;
}

/** Options of an agent or a connection that replace the address of the request. */
const REPLACING = ['path', 'socketPath', 'socket', 'createConnection'] as const;
/** Over plain http nothing but the address identifies the server, so these decide which server it is. */
const FINDING = ['lookup', 'proxyEnv'] as const;
/** A resumed session and a pre-shared key skip the check of the certificate's name. */
const SKIPPING = ['session', 'pskCallback'] as const;

type Options = Readonly<Record<string, unknown>>;

/** Whether the options of an agent or a connection may lead to another server. Node prefers them to the request's. */
function leadsElsewhere(given: unknown, url: URL): boolean {
  if (given === undefined || given === null) return false;
  const options = given as Options;
  if (hasAny(options, REPLACING)) return true;
  if (options.host && options.host !== hostname(url)) return true;
  if (options.port && Number(options.port) !== portOf(url)) return true;
  if (url.protocol === 'http:') return hasAny(options, FINDING);
  if (options.servername && options.servername !== hostname(url)) return true;
  if (options.checkServerIdentity && options.checkServerIdentity !== checkServerIdentity) return true;
  return hasAny(options, SKIPPING);
}

/** Methods of an agent that decide which connection a request gets. */
const DECIDING = ['addRequest', 'createSocket', 'createConnection', '_getSession'] as const;

type Methods = Partial<Record<(typeof DECIDING)[number] | 'getName', unknown>>;

/** Whether an agent replaces one of the methods by which Node decides where a connection ends. */
function hasCustomRoute(agent: object, url: URL): boolean {
  if (isOwnAgent(agent)) return false;
  const nodes: Methods = url.protocol === 'http:' ? http.Agent.prototype : https.Agent.prototype;
  const methods: Methods = agent;
  for (const name of DECIDING) if (methods[name] !== nodes[name]) return true;
  return methods.getName !== nodes.getName && !namesAddress(agent, url);
}

/** An agent finds a kept connection by this name: without the address in it, it may find one to another server. */
function namesAddress(agent: object, url: URL): boolean {
  try {
    const name: unknown = (agent as http.Agent).getName({ host: hostname(url), port: portOf(url) });
    return typeof name === 'string' && name.includes(`${hostname(url)}:${portOf(url)}`);
  } catch {
    return false;
  }
}

/** As Node's connections spell it: an IPv6 address has no brackets. */
function hostname(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
}

function hasAny(options: Options, names: readonly string[]): boolean {
  for (const name of names) if (options[name]) return true;
  return false;
}

const UNCHECKED_BY_AGENT =
  'its httpsAgent or http2Options have rejectUnauthorized: false, so that the certificate would not be checked; remove ' +
  'that, and trust a private CA by a `ca` of theirs or NODE_EXTRA_CA_CERTS';

/** Why the certificate of the server would not be checked, and what to do; `undefined` if it will be checked. */
function uncheckedTls(
  config: InternalAxiosRequestConfig,
  inner: AxiosAdapter,
  defaultAgent: object | undefined,
): string | undefined {
  const agent: unknown = config.httpsAgent ?? defaultAgent ?? https.globalAgent;
  const decides = Number(config.httpVersion) === 2 ? config.http2Options : field(agent, 'options');
  const rejectUnauthorized = field(decides, 'rejectUnauthorized');
  if (rejectUnauthorized === false) return UNCHECKED_BY_AGENT;
  // Only the http adapter of axios is known to use the agent; the one over `fetch` does not.
  return rejectUnauthorized === true && isHttpAdapter(inner) ? undefined : uncheckedByEnvironment();
}

function field(object: unknown, name: string): unknown {
  return (object as Record<string, unknown> | null | undefined)?.[name];
}
