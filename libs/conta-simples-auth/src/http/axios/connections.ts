import { AsyncResource } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { type Duplex, finished } from 'node:stream';
import { createSecureContext } from 'node:tls';
import axios, {
  type AxiosAdapter,
  type AxiosProxyConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { type CancelSignal, onAbort } from '../../support/deadline.js';
import type { RunInContext } from '../../token/keeper-settings.js';
import { isResponseStream } from '../body/response-stream.js';
import { HTTP } from './inner-adapter.js';

export interface ConnectionOptions {
  readonly tls: AgentOptions | undefined;
  /** An agent of the application, used instead of our https agent; the application destroys it. */
  readonly httpsAgent: HttpsAgent | undefined;
  /** The proxy of a request; `undefined` leaves it to the agent. */
  readonly proxyFor: (url: string, agent: object) => AxiosProxyConfig | false | undefined;
  /** The asynchronous context in which sockets are created. */
  readonly inContext: RunInContext;
  /** The error of a call that is in flight when the module is closed. */
  readonly closed: () => Error;
}

/** The connections of `ContaSimplesHttpService`: its agents and proxy; `close()` ends all calls in flight. */
export class Connections {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;

  readonly #options: ConnectionOptions;
  /** The options of each https agent that is made here. */
  readonly #tls: AgentOptions;
  readonly #closing = new AbortController();
  /** Ends calls through axios, with any agent. axios releases it by itself, also after a streamed response. */
  readonly #end = axios.CancelToken.source();
  /** Calls in flight that these two cannot end: what ends each, and what releases the caller's signal. */
  readonly #inFlight = new Map<AbortController, (() => void) | undefined>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { tls } = options;
    // Made once, because axios makes a tunnel for each call. Without a `ca`, the certificates of the process count, which
    // the application may replace at any time.
    const secureContext = tls?.ca === undefined ? undefined : createSecureContext(tls);
    this.#tls = { ...tls, rejectUnauthorized: true, ...(secureContext && { secureContext }) };
    this.httpAgent = ownAgent(new HttpAgent(KEEP_ALIVE), options.inContext);
    this.httpsAgent =
      options.httpsAgent ?? ownAgent(new HttpsAgent({ ...this.#tls, ...KEEP_ALIVE }), options.inContext);
    // One for each call with its own cancel token.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * The adapter that sends. It adds agents and proxy to the config that is sent. If they were defaults of the instance,
   * they would be in every config that a caller prints, with the raw headers of sockets and the proxy's password.
   */
  readonly send: AxiosAdapter = Object.assign(async (config: InternalAxiosRequestConfig) => {
    if (this.#closing.signal.aborted) throw this.#options.closed();
    const call = this.#addTo(config);
    let answer: unknown;
    try {
      const response = await this.#sendOnOpenConnection(config);
      answer = response.data;
      return response;
    } catch (error) {
      // A socket to a proxy that does not answer belongs to no request yet, so the end of the request did not close it.
      if ((error as { response?: unknown } | undefined)?.response === undefined) call?.abort();
      throw this.#closing.signal.aborted ? this.#options.closed() : error;
    } finally {
      if (call !== undefined) {
        const release = () => this.#release(call);
        // As axios does: only a streamed answer that the caller gets is part of the call.
        if (isResponseStream(answer)) finished(answer, release);
        else release();
      }
    }
  }, HTTP);

  async #sendOnOpenConnection(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const send = axios.getAdapter('http');
    const startedAt = config.timeout ? performance.now() : 0;
    try {
      return await send(config);
    } catch (error) {
      if (this.#closing.signal.aborted || !isSafe(config) || !brokeOnIdleSocket(error)) throw error;
      // Once more, on a new connection: the server had closed the idle one, and received nothing of the request.
      if (config.timeout) config.timeout = Math.max(1, Math.ceil(config.timeout - (performance.now() - startedAt)));
      config.httpAgent = new HttpAgent();
      config.httpsAgent = new HttpsAgent(this.#tls);
      return send(config);
    }
  }

  /** Ends every call in flight, and every tunnel that is being opened, so that no connection keeps the process alive. */
  close(): void {
    this.#closing.abort();
    this.#end.cancel();
    for (const call of this.#inFlight.keys()) call.abort();
    this.httpAgent.destroy();
    if (this.#options.httpsAgent === undefined) this.httpsAgent.destroy();
  }

  /** Returns what ends the call, if it is one of {@link Connections.#inFlight}. */
  #addTo(config: InternalAxiosRequestConfig): AbortController | undefined {
    const { signal, cancelToken } = config;
    let call: AbortController | undefined;
    if (!cancelToken) config.cancelToken = this.#end.token;
    else if (!signal) config.signal = this.#closing.signal;
    else if (!signal.aborted) {
      call = this.#joined(signal);
      config.signal = call.signal;
    }
    config.httpAgent ??= this.httpAgent;
    config.httpsAgent ??= this.httpsAgent;
    if (config.proxy === undefined) {
      const proxy = this.#options.proxyFor(config.url ?? '', config.httpsAgent);
      if (proxy !== undefined) config.proxy = proxy;
    }
    const { httpsAgent } = config;
    if (!config.proxy || !(httpsAgent instanceof HttpsAgent)) return call;
    call ??= new AbortController();
    if (!this.#inFlight.has(call)) this.#inFlight.set(call, undefined);
    config.httpsAgent = this.#tunnelAgent(httpsAgent, call.signal);
    return call;
  }

  /** Ends a call when its caller or `close()` does. */
  #joined(signal: CancelSignal): AbortController {
    const call = new AbortController();
    const release = onAbort(signal, () => call.abort());
    this.#inFlight.set(call, release);
    return call;
  }

  #release(call: AbortController): void {
    this.#inFlight.get(call)?.();
    this.#inFlight.delete(call);
  }

  /**
   * For a request through a proxy, axios makes a tunnel with the options of the agent and does not keep it. The signal in
   * the options also ends a socket to a proxy that never answers, which belongs to no request yet. Each call has its own
   * signal, because a signal holds the sockets that it ends, also after they are closed.
   */
  #tunnelAgent(agent: HttpsAgent, signal: AbortSignal): HttpsAgent {
    // Without the `timeout` of our agent for idle connections, which axios' tunnels would take for a deadline.
    const options = agent === this.httpsAgent && this.#options.httpsAgent === undefined ? this.#tls : agent.options;
    return new HttpsAgent({ ...options, signal } as AgentOptions);
  }
}

/** Methods that change nothing at the server (RFC 9110 section 9.2.1), without a body. Others are never sent again. */
function isSafe({ method, data }: InternalAxiosRequestConfig): boolean {
  return /^(?:get|head|options)$/i.test(method ?? 'get') && (data === undefined || data === null);
}

/**
 * How long an idle connection is kept. Shorter than the 5 s after which Node's servers and others close theirs: a request
 * that is sent at that moment is lost. A shorter time in the response header `Keep-Alive: timeout=` takes precedence.
 */
const IDLE_MS = 4_000;
/**
 * If a connection was idle for this long and breaks under a request, the server is taken to have closed it before.
 * Shorter than 1 s, the least time for which gateways keep idle connections; in steady use, a break is a failure.
 */
const MAYBE_STALE_MS = 750;
/** The margin that Node leaves between the time of the server and ours. */
const HINT_RESERVE_MS = 1_000;

/** The connection that was used last is used first, so that the others can end. */
const KEEP_ALIVE = { keepAlive: true, scheduling: 'lifo', timeout: IDLE_MS } as const;

const idleSince = new WeakMap<Duplex, number>();
const maybeStale = new WeakSet<ClientRequest>();

/** Whether a request failed because its connection broke before a response, after it had been idle for a while. */
function brokeOnIdleSocket(error: unknown): boolean {
  const { code, request } = (error ?? {}) as { code?: unknown; request?: { res?: unknown } | null };
  if (code !== 'ECONNRESET' && code !== 'EPIPE') return false;
  return Boolean(request) && !request?.res && maybeStale.has(request as ClientRequest);
}

const ownAgents = new WeakSet<object>();

/** Whether an agent was made here, and so leads to the same servers as Node's agents. */
export function isOwnAgent(agent: object): boolean {
  return ownAgents.has(agent);
}

interface SocketOptions {
  readonly [name: string]: unknown;
}

/** Methods of an agent that Node documents or calls, but that its types leave out. */
interface AgentHooks {
  createSocket(request: unknown, options: SocketOptions, callback: (...result: unknown[]) => void): void;
  /** Called when a request ends. */
  keepSocketAlive(socket: Duplex): boolean;
  /** Called when the next request begins. */
  reuseSocket(socket: Duplex, request: ClientRequest): void;
}

/**
 * Makes an agent create its sockets in the context, and record how long each of them was idle. A kept socket keeps the
 * context in which it was created, and the options of its first request. Each request still runs in its caller's context.
 */
function ownAgent<A extends HttpAgent>(agent: A, inContext: RunInContext): A {
  ownAgents.add(agent);
  const hooks = agent as unknown as AgentHooks;
  const { createSocket, keepSocketAlive, reuseSocket } = hooks;
  hooks.createSocket = (request, { headers: _headers, beforeRedirects: _hooks, ...options }, callback) => {
    // No socket needs the headers, nor `beforeRedirects`, where axios puts functions that hold the whole call.
    const resumed = AsyncResource.bind(callback);
    inContext(() => createSocket.call(agent, request, options, resumed));
  };
  hooks.keepSocketAlive = (socket) => {
    idleSince.set(socket, performance.now());
    return keepSocketAlive.call(agent, socket) && obeysHint(socket);
  };
  hooks.reuseSocket = (socket, request) => {
    reuseSocket.call(agent, socket, request);
    const since = idleSince.get(socket);
    if (since !== undefined && performance.now() - since >= MAYBE_STALE_MS) maybeStale.add(request);
  };
  return agent;
}

/** Node reads `timeout` only if it comes first; in `max=100, timeout=2` it counts as well. */
function obeysHint(socket: Duplex & { setTimeout?: (ms: number) => void; _httpMessage?: { res?: IncomingMessage } }) {
  const header = socket._httpMessage?.res?.headers['keep-alive'];
  const seconds = typeof header === 'string' ? /(?:^|[,;\s])timeout\s*=\s*"?(\d+)/i.exec(header)?.[1] : undefined;
  if (seconds === undefined) return true;
  const ms = Number(seconds) * 1_000 - HINT_RESERVE_MS;
  if (ms > 0 && ms < IDLE_MS) socket.setTimeout?.(ms);
  return ms > 0;
}
