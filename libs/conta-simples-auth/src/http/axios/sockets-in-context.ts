import { AsyncResource } from 'node:async_hooks';
import type { Agent } from 'node:http';
import type { RunInContext } from '../../token/keeper-options.js';

interface SocketOptions {
  readonly [name: string]: unknown;
}

const own = new WeakSet<object>();

/** Whether an agent is one that the library has made, and that leads where Node's own do. */
export function isOwnAgent(agent: object): boolean {
  return own.has(agent);
}

type CreateSocket = (request: unknown, options: SocketOptions, callback: (...result: unknown[]) => void) => void;

/**
 * Makes an agent create its sockets in the context. For as long as a socket is kept alive, it keeps the context in which
 * it was created, and the options of the request that it was created for. Each request still runs in its own context.
 */
export function createSocketsIn<A extends Agent>(agent: A, inContext: RunInContext): A {
  // Node's types leave this method out.
  const hooks = agent as unknown as { createSocket: CreateSocket };
  const { createSocket } = hooks;
  own.add(agent);
  hooks.createSocket = (request, { headers: _headers, beforeRedirects: _hooks, ...options }, callback) => {
    // axios puts functions into `beforeRedirects` that hold the whole call; no socket needs them, nor the headers.
    const resumed = AsyncResource.bind(callback);
    inContext(() => createSocket.call(agent, request, options, resumed));
  };
  return agent;
}
