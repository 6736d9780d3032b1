import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosAdapter, type AxiosProxyConfig, type InternalAxiosRequestConfig } from 'axios';
import type { RunInContext } from '../../token/keeper-options.js';
import { brokeOnIdleSocket, keptHttpAgent, keptHttpsAgent } from './idle-sockets.js';
import { createSocketsIn } from './sockets-in-context.js';

export interface ConnectionOptions {
  readonly tls: AgentOptions | undefined;
  /** The application's agent, in place of our own; the application destroys it. */
  readonly httpsAgent: HttpsAgent | undefined;
  /** The proxy of a request; `undefined` leaves it to the agent. */
  readonly proxyFor: (url: string, agent: object) => AxiosProxyConfig | false | undefined;
  /** The asynchronous context in which sockets are created. */
  readonly inContext: RunInContext;
  /** What a call in flight fails with when the module is closed. */
  readonly closed: () => Error;
}

/** The connections of `ContaSimplesHttpService`: agents, proxy, and the end of all calls in flight. */
export class Connections {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;

  readonly #options: ConnectionOptions;
  /** Options of every https agent of our own. */
  readonly #tls: AgentOptions;
  readonly #closing = new AbortController();
  /** Ends calls through axios, whichever agent they use. axios releases it by itself, also after a streamed answer. */
  readonly #end = axios.CancelToken.source();
  readonly #tunnelAgents = new WeakMap<HttpsAgent, HttpsAgent>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#tls = { ...options.tls, rejectUnauthorized: true };
    this.httpAgent = createSocketsIn(keptHttpAgent(), options.inContext);
    this.httpsAgent = options.httpsAgent ?? createSocketsIn(keptHttpsAgent(this.#tls), options.inContext);
    // Two for each tunnel.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * Sends a request for good. Agents and proxy are filled in here and not in the instance's defaults: from there they
   * would get into every config that a caller prints, sockets with raw headers and the proxy's password included.
   */
  readonly send: AxiosAdapter = async (config) => {
    const send = axios.getAdapter('http');
    this.#fillIn(config);
    const startedAt = config.timeout ? performance.now() : 0;
    try {
      return await send(config);
    } catch (error) {
      if (this.#closing.signal.aborted) throw this.#options.closed();
      if (!isSafe(config) || !brokeOnIdleSocket(error)) throw error;
      // Once more, on a new connection: the server had given the idle one up, and has seen nothing of the request.
      if (config.timeout) config.timeout = Math.max(1, Math.ceil(config.timeout - (performance.now() - startedAt)));
      config.httpAgent = new HttpAgent();
      config.httpsAgent = new HttpsAgent(this.#tls);
      return send(config);
    }
  };

  /** Ends every call in flight, waiting tunnels included, so that no connection holds the process. */
  close(): void {
    this.#closing.abort();
    this.#end.cancel();
    this.httpAgent.destroy();
    if (this.#options.httpsAgent === undefined) this.httpsAgent.destroy();
  }

  #fillIn(config: InternalAxiosRequestConfig): void {
    if (config.cancelToken === undefined) config.cancelToken = this.#end.token;
    else config.signal ??= this.#closing.signal;
    config.httpAgent ??= this.httpAgent;
    config.httpsAgent ??= this.httpsAgent;
    if (config.proxy === undefined) {
      const proxy = this.#options.proxyFor(config.url ?? '', config.httpsAgent);
      if (proxy !== undefined) config.proxy = proxy;
    }
    if (config.proxy) config.httpsAgent = this.#tunnelAgent(config.httpsAgent);
  }

  /**
   * For a request through a proxy, axios makes tunnels with the options of the agent and keeps none of them. The signal
   * among the options reaches the sockets themselves: one to a proxy that never answers belongs to no request yet.
   */
  #tunnelAgent(agent: HttpsAgent): HttpsAgent {
    if (!(agent instanceof HttpsAgent)) return agent;
    const present = this.#tunnelAgents.get(agent);
    if (present !== undefined) return present;
    // Without the time for which our own agent keeps an idle connection: axios' tunnels would take it for a deadline.
    const options = agent === this.httpsAgent && this.#options.httpsAgent === undefined ? this.#tls : agent.options;
    const made = new HttpsAgent({ ...options, signal: this.#closing.signal } as AgentOptions);
    this.#tunnelAgents.set(agent, made);
    return made;
  }
}

/** Methods that change nothing at the server (RFC 9110 section 9.2.1), without a body. Others are never sent again. */
function isSafe({ method, data }: InternalAxiosRequestConfig): boolean {
  return /^(?:get|head|options)$/i.test(method ?? 'get') && (data === undefined || data === null);
}
