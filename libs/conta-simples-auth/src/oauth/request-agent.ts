import { Agent } from 'node:https';

/** What the application says about TLS. */
export interface TlsSettings {
  readonly tls?: {
    readonly ca?: unknown;
    readonly cert?: unknown;
    readonly key?: unknown;
    readonly passphrase?: string;
  };
  readonly httpsAgent?: Agent;
}

/**
 * An https agent for one token request, so that no connection is shared with other traffic or kept. It never is Node's
 * global one, and never obeys `NODE_TLS_REJECT_UNAUTHORIZED`. A subclass, or an agent with its own `createConnection`, is used unchanged.
 *
 * The signal is passed to the sockets as well: one to a proxy that never answers belongs to no request yet, and would
 * stay open.
 */
export function requestAgent({ tls, httpsAgent }: TlsSettings, signal: AbortSignal): Agent {
  if (httpsAgent !== undefined && !isPlain(httpsAgent)) return httpsAgent;
  const options = { ...tls, ...httpsAgent?.options, keepAlive: false, rejectUnauthorized: true, signal };
  // Node takes every form that our options allow; its types spell them as mutable arrays.
  return new Agent(options as ConstructorParameters<typeof Agent>[0]);
}

function isPlain(agent: Agent): boolean {
  return Object.getPrototypeOf(agent) === Agent.prototype && !Object.hasOwn(agent, 'createConnection');
}
