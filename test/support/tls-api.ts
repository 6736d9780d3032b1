import { EventEmitter, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { type Listening, listen } from './listen.js';
import { selfSigned } from './self-signed.js';

/**
 * A service over https on this machine: it gives tokens, and answers calls as configured. `closeServers()` ends it. Its
 * name is `localhost`, which no rule excepts from a proxy.
 */
export class TlsApi {
  readonly listening: Listening;
  readonly baseUrl: string;
  /** Methods and paths of all that arrived. */
  readonly requests: string[] = [];
  readonly #arrivals = new EventEmitter();

  private constructor(listening: Listening) {
    this.listening = listening;
    this.baseUrl = `https://localhost:${listening.port}`;
  }

  static async start(answer: RequestListener = (_request, response) => response.end('{}')): Promise<TlsApi> {
    const server = createServer(selfSigned);
    const api = new TlsApi(await listen(server));
    server.on('request', (request, response) => {
      api.requests.push(`${request.method} ${request.url}`);
      api.#arrivals.emit('request');
      if (request.url === '/oauth/v1/access-token') response.end(TOKEN);
      else answer(request, response);
    });
    return api;
  }

  /** Options of the module to use it. */
  get options() {
    return { baseUrl: this.baseUrl, ...EMULATOR_CREDENTIALS, tls: { ca: selfSigned.cert }, proxy: false } as const;
  }

  /** Resolves once this was asked for. */
  async received(request: string): Promise<void> {
    while (!this.requests.includes(request)) await once(this.#arrivals, 'request');
  }
}

const TOKEN = JSON.stringify({ access_token: 'token-of-the-tls-api', token_type: 'Bearer', expires_in: 1_800 });
