import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Reply } from './reply.js';

/** One request and its answer. */
export class Exchange {
  /** Sent back as `x-request-id`, which the vendor's support asks for. */
  readonly id = `req_${randomBytes(12).toString('hex')}`;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly #gone = new AbortController();
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? '';
    ({ path: this.path, query: this.query } = splitRequestTarget(request.url ?? '/'));
    this.#watchConnection();
  }

  get headers(): IncomingMessage['headers'] {
    return this.#request.headers;
  }

  /** All `Authorization` headers. In `headers` Node keeps only the first, which would hide a header sent twice. */
  get authorization(): readonly string[] {
    return this.#request.headersDistinct.authorization ?? [];
  }

  get hasBody(): boolean {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = this.headers;
    return encoding !== undefined || Number(length) !== 0;
  }

  get remoteAddress(): string {
    return this.#request.socket.remoteAddress ?? '';
  }

  get socket(): Socket {
    return this.#request.socket;
  }

  /** Aborted when the connection ends before the answer is complete. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  readBody(limitBytes: number): Promise<Buffer | undefined> {
    return readRequestBody(this.#request, limitBytes);
  }

  /** Reads and discards the body of a request that is not answered normally, so that the client can finish sending. */
  discardBody(): void {
    this.#request.resume();
  }

  send(reply: Reply): void {
    if (this.#response.destroyed || this.#response.headersSent) {
      return;
    }
    // The emulator sets Date itself, because its clock may differ from the machine's.
    this.#response.sendDate = false;
    this.#response.writeHead(reply.status, reply.headers);
    this.#response.end(reply.body);
  }

  /** Ends the connection with an RST. After a FIN was sent libuv rejects the RST and leaks the socket, so it is destroyed then. */
  reset(): void {
    if (this.socket.writable) {
      this.socket.resetAndDestroy();
    } else {
      this.socket.destroy();
    }
  }

  #watchConnection(): void {
    const { socket } = this.#request;
    const onClose = () => {
      // The response of a pipelined request may not have a socket yet, hence both events.
      socket.off('close', onClose);
      if (!this.#response.writableFinished) {
        this.#gone.abort();
      }
    };
    this.#response.once('close', onClose);
    socket.once('close', onClose);
    // Errors of the peer; without a listener an 'error' event would end the process.
    this.#request.on('error', () => {});
    this.#response.on('error', () => {});
  }
}

/** The request target of RFC 9112 section 3.2, split; `query` is kept apart because it may carry secrets. */
interface RequestPath {
  readonly path: string;
  readonly query: string;
}

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/** Not `new URL()`: it throws on targets such as `//` and rewrites others, and the emulator must accept any bytes. */
function splitRequestTarget(target: string): RequestPath {
  const origin = target.replace(ABSOLUTE_FORM, '');
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : origin.slice(mark + 1) };
}

/** Above this an upload is not read to its end: the answer is sent and the connection is closed. */
const DRAIN_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * The body as bytes, or `undefined` if it exceeds `limitBytes`. The rest of a larger body is read and discarded: most
 * clients see a 413 in the middle of an upload as a connection reset.
 */
function readRequestBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) {
      reject(new Error('The client disconnected before its request was read'));
      return;
    }
    const chunks: Buffer[] = [];
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= limitBytes) {
        chunks.push(chunk);
      } else if (received > DRAIN_LIMIT_BYTES) {
        resolve(undefined);
      }
    });
    request.once('end', () => resolve(received > limitBytes ? undefined : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The client disconnected before its request was complete')));
  });
}
