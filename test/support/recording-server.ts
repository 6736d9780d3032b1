import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Listening, listen } from './listen.js';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query, or the absolute URL where a proxy was asked. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, request: RecordedRequest) => void;

/** A plain server on this machine that keeps all that it was sent, credentials included; `closeServers()` ends it. */
export class RecordingServer {
  readonly requests: RecordedRequest[];
  readonly port: number;
  readonly origin: string;
  readonly listening: Listening;

  readonly #arrivals: EventEmitter;

  private constructor(listening: Listening, requests: RecordedRequest[], arrivals: EventEmitter) {
    this.#arrivals = arrivals;
    this.listening = listening;
    this.requests = requests;
    this.port = listening.port;
    this.origin = `http://127.0.0.1:${listening.port}`;
  }

  static async start(answer: Answer = (response) => response.end('{}')): Promise<RecordingServer> {
    const requests: RecordedRequest[] = [];
    const arrivals = new EventEmitter();
    const server = createServer(async (incoming, response) => {
      const { method = '', url: target = '', headers } = incoming;
      const body = await buffer(incoming).catch(() => Buffer.alloc(0));
      const request = { method, target, headers, body };
      requests.push(request);
      arrivals.emit('request');
      answer(response, request);
    });
    return new RecordingServer(await listen(server), requests, arrivals);
  }

  /** Resolves once there have been `count` requests. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await once(this.#arrivals, 'request');
  }

  /** What each request had in its `Authorization` header. */
  get authorizations(): (string | undefined)[] {
    return this.requests.map(({ headers }) => headers.authorization);
  }
}
