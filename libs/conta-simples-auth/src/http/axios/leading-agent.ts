import http from 'node:http';
import https from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { isOwnAgent } from './sockets-in-context.js';

/** Options of an agent or a connection that replace the address of the request, whatever they say. */
const REPLACING = ['path', 'socketPath', 'socket', 'createConnection'] as const;

/** Over plain http the address is all there is: what finds it decides who is at the other end. */
const FINDING = ['lookup', 'proxyEnv'] as const;

/** Both skip the check of the certificate's name: a resumed session, and a key that both sides know. */
const SKIPPING = ['session', 'pskCallback'] as const;

type Options = Readonly<Record<string, unknown>>;

/**
 * Whether the options of an agent, or of a connection, may lead a request elsewhere than its address does. Node lets them
 * win over those of the request.
 */
export function leadsElsewhere(given: unknown, url: URL): boolean {
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

/** Whether an agent decides by itself where its connections end, and does not leave that to Node. */
export function hasOwnWay(agent: object, url: URL): boolean {
  if (isOwnAgent(agent)) return false;
  const nodes: Methods = url.protocol === 'http:' ? http.Agent.prototype : https.Agent.prototype;
  const methods: Methods = agent;
  for (const name of DECIDING) if (methods[name] !== nodes[name]) return true;
  return methods.getName !== nodes.getName && !namesAddress(agent, url);
}

/** By this name an agent finds a connection that it has kept: without the address in it, one to any other server. */
function namesAddress(agent: object, url: URL): boolean {
  try {
    const name: unknown = (agent as http.Agent).getName({ host: hostname(url), port: portOf(url) });
    return typeof name === 'string' && name.includes(`${hostname(url)}:${portOf(url)}`);
  } catch {
    return false;
  }
}

/** As Node's connections spell it: an IPv6 address goes without brackets. */
export function hostname(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
}

function hasAny(options: Options, names: readonly string[]): boolean {
  for (const name of names) if (options[name]) return true;
  return false;
}
