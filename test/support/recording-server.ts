import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query, or the absolute URL where a proxy was asked. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, request: RecordedRequest) => void;

const running = new Set<RecordingServer>();

/** A plain server on this machine that keeps all that it was sent, credentials included. */
export class RecordingServer {
  readonly requests: RecordedRequest[] = [];
  readonly origin: string;
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.origin = `http://127.0.0.1:${this.port}`;
    running.add(this);
  }

  static async start(answer: Answer = (response) => response.end('{}')): Promise<RecordingServer> {
    const server = createServer(async (incoming, response) => {
      const { method = '', url: target = '', headers } = incoming;
      const body = await buffer(incoming).catch(() => Buffer.alloc(0));
      const request = { method, target, headers, body };
      recording.requests.push(request);
      answer(response, request);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const recording = new RecordingServer(server);
    return recording;
  }

  /** What each request had in its `Authorization` header. */
  get authorizations(): (string | undefined)[] {
    return this.requests.map(({ headers }) => headers.authorization);
  }

  close(): Promise<void> {
    running.delete(this);
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.close()));
}
