import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

/**
 * How long an idle connection is kept. Below the 5 s after which Node's own servers and others close theirs: a request
 * that is sent at that moment is lost. A server that names a shorter time (`Keep-Alive: timeout=`) is heeded.
 */
const IDLE_MS = 4_000;
/**
 * From this idle time on, a connection that breaks under a request is taken for one that the server had given up. Below
 * the second that gateways keep idle connections at least; a connection in steady use that breaks is a failure.
 */
const MAYBE_STALE_MS = 750;
/** What Node leaves between the server's time and ours. */
const HINT_RESERVE_MS = 1_000;

/** The youngest idle connection is used first, so that the others can end. */
const KEPT = { keepAlive: true, scheduling: 'lifo', timeout: IDLE_MS } as const;

const idleSince = new WeakMap<Duplex, number>();
const maybeStale = new WeakSet<ClientRequest>();

/**
 * Whether a request failed because its connection broke before an answer, after it had been idle for a while: the server
 * closed it, or a load balancer forgot it, at the moment at which the request was sent.
 */
export function brokeOnIdleSocket(error: unknown): boolean {
  const { code, request } = (error ?? {}) as { code?: unknown; request?: { res?: unknown } | null };
  if (code !== 'ECONNRESET' && code !== 'EPIPE') return false;
  return Boolean(request) && !request?.res && maybeStale.has(request as ClientRequest);
}

export function keptHttpAgent(): HttpAgent {
  return watched(new HttpAgent(KEPT));
}

export function keptHttpsAgent(options: AgentOptions): HttpsAgent {
  return watched(new HttpsAgent({ ...options, ...KEPT }));
}

/** The two methods that Node offers for this: `keepSocketAlive` as a request ends, `reuseSocket` as the next begins. */
function watched<A extends HttpAgent>(agent: A): A {
  const hooks = agent as unknown as {
    keepSocketAlive(socket: Duplex): boolean;
    reuseSocket(socket: Duplex, request: ClientRequest): void;
  };
  const { keepSocketAlive, reuseSocket } = hooks;
  hooks.keepSocketAlive = (socket) => {
    idleSince.set(socket, performance.now());
    return keepSocketAlive.call(agent, socket) && heedsHint(socket);
  };
  hooks.reuseSocket = (socket, request) => {
    reuseSocket.call(agent, socket, request);
    const since = idleSince.get(socket);
    if (since !== undefined && performance.now() - since >= MAYBE_STALE_MS) maybeStale.add(request);
  };
  return agent;
}

/** Node reads `timeout` only where it comes first: `max=100, timeout=2` is as good. */
function heedsHint(socket: Duplex & { setTimeout?: (ms: number) => void; _httpMessage?: { res?: IncomingMessage } }) {
  const header = socket._httpMessage?.res?.headers['keep-alive'];
  const seconds = typeof header === 'string' ? /(?:^|[,;\s])timeout\s*=\s*"?(\d+)/i.exec(header)?.[1] : undefined;
  if (seconds === undefined) return true;
  const ms = Number(seconds) * 1_000 - HINT_RESERVE_MS;
  if (ms > 0 && ms < IDLE_MS) socket.setTimeout?.(ms);
  return ms > 0;
}
