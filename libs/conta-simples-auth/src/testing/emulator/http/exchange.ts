import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Reply } from './reply.js';

/** One request and the one chance to answer it. */
export class Exchange {
  /** Sent back as `x-request-id`, the reference that the vendor's support asks for. */
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
    this.#watchForDeparture();
  }

  get headers(): IncomingMessage['headers'] {
    return this.#request.headers;
  }

  /** All `Authorization` headers: Node keeps the first alone in `headers` and would hide a header that was sent twice. */
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

  /** Aborted when the connection is gone while the answer is still owed. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  readBody(limitBytes: number): Promise<Buffer | undefined> {
    return readRequestBody(this.#request, limitBytes);
  }

  /** Lets a request that gets no regular answer be sent to its end, so that the client is left waiting for us alone. */
  discardBody(): void {
    this.#request.resume();
  }

  send(reply: Reply): void {
    if (this.#response.destroyed || this.#response.headersSent) {
      return;
    }
    // The Date header is the emulator's own: its clock may be set apart from the machine's.
    this.#response.sendDate = false;
    this.#response.writeHead(reply.status, reply.headers);
    this.#response.end(reply.body);
  }

  /** Ends the connection with an RST, or plainly where a FIN is on its way: libuv refuses the RST then and leaks the socket. */
  reset(): void {
    if (this.socket.writable) {
      this.socket.resetAndDestroy();
    } else {
      this.socket.destroy();
    }
  }

  #watchForDeparture(): void {
    const { socket } = this.#request;
    const leave = () => {
      // A pipelined request has no response of its own on the socket yet, hence both events are watched.
      socket.off('close', leave);
      if (!this.#response.writableFinished) {
        this.#gone.abort();
      }
    };
    this.#response.once('close', leave);
    socket.once('close', leave);
    // The peer's misbehaviour surfaces here; unheard, an 'error' event would end the process.
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

/** Splits by hand: `new URL()` throws on targets such as `//` and rewrites others, and the server must survive any bytes. */
function splitRequestTarget(target: string): RequestPath {
  const origin = target.replace(ABSOLUTE_FORM, '');
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : origin.slice(mark + 1) };
}

/** Beyond this an upload is no longer drained: the answer goes out and the connection is closed. */
const DRAIN_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * The body as bytes, or `undefined` once it exceeds `limitBytes`. What exceeds the limit is still read, and thrown away:
 * answering 413 in the middle of an upload would reach most clients as a connection reset.
 */
function readRequestBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) {
      reject(new Error('The client went away before its request was read'));
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
    request.once('close', () => reject(new Error('The client went away before its request was complete')));
  });
}
