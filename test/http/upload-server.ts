import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, listen } from '@support/listen.js';

export interface Upload {
  readonly headers: IncomingMessage['headers'];
  readonly length: number;
  readonly digest: string;
  readonly body: Buffer;
}

/** A server that takes uploads, and that by its path refuses one early, breaks it off or does not read it. */
export class UploadServer {
  readonly uploads: Upload[] = [];
  readonly origin: string;
  readonly listening: Listening;
  readonly #arrivals: EventEmitter;

  private constructor(listening: Listening, arrivals: EventEmitter) {
    this.listening = listening;
    this.origin = `http://127.0.0.1:${listening.port}`;
    this.#arrivals = arrivals;
    arrivals.on('upload', (upload: Upload) => this.uploads.push(upload));
  }

  static async start(): Promise<UploadServer> {
    const arrivals = new EventEmitter();
    return new UploadServer(
      await listen(createServer((request, response) => take(request, response, arrivals))),
      arrivals,
    );
  }

  /** Resolves with the next request whose body is not read, and that is not answered. */
  async held(): Promise<IncomingMessage> {
    const [request] = await once(this.#arrivals, 'held');
    return request as IncomingMessage;
  }
}

async function take(request: IncomingMessage, response: ServerResponse, arrivals: EventEmitter): Promise<void> {
  request.on('error', () => {});
  const status = /^\/early\/(\d+)/.exec(request.url ?? '')?.[1];
  if (status !== undefined) {
    request.resume();
    response.writeHead(Number(status)).end('{"error":"early"}');
    // Later, so that the client has read the answer: what it has not read yet, a reset takes back.
    setTimeout(() => request.socket.destroy(), 60);
    return;
  }
  if (request.url === '/reset') {
    request.once('data', () => request.socket.resetAndDestroy());
    return;
  }
  if (request.url === '/hold') {
    arrivals.emit('held', request);
    return;
  }
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  const body = Buffer.concat(chunks);
  const digest = createHash('sha256').update(body).digest('hex');
  if (request.method !== 'GET')
    arrivals.emit('upload', { headers: request.headers, length: body.length, digest, body });
  response.end(JSON.stringify({ digest }));
}
