import { Agent } from 'node:https';
import type { TokenEndpointOptions } from './token-endpoint.js';

type Given = Pick<TokenEndpointOptions, 'tls' | 'httpsAgent'>;

/**
 * An https agent for one token request, so that no connection is shared with other traffic or kept. It never is Node's
 * global one, and never obeys `NODE_TLS_REJECT_UNAUTHORIZED`. An agent with a behaviour of its own is used as it is.
 *
 * The signal reaches the very sockets: one to a proxy that never answers is nobody's yet, and would stay open for good.
 */
export function requestAgent({ tls, httpsAgent }: Given, signal: AbortSignal): Agent {
  if (httpsAgent !== undefined && !isPlain(httpsAgent)) return httpsAgent;
  const options = { ...tls, ...httpsAgent?.options, keepAlive: false, rejectUnauthorized: true, signal };
  // Node takes every form that our options allow; its types spell them as mutable arrays.
  return new Agent(options as ConstructorParameters<typeof Agent>[0]);
}

function isPlain(agent: Agent): boolean {
  return Object.getPrototypeOf(agent) === Agent.prototype && !Object.hasOwn(agent, 'createConnection');
}
