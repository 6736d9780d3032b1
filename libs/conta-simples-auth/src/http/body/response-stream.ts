import { EventEmitter } from 'node:events';
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** A streamed response of axios, or of another client behind an adapter. */
export interface ResponseStream extends NodeJS.ReadableStream {
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  readonly readableEnded?: boolean;
  destroy?(error?: Error): unknown;
}

export interface RelayOptions {
  /** Replaces Node's request in the stream that the caller gets, and is its `client._httpMessage`. */
  readonly request: { readonly res: { readonly responseUrl: string | undefined } };
  /** Removes the token from an error before the reader gets it. */
  readonly redact: (error: unknown) => unknown;
}

export function isResponseStream(data: unknown): data is ResponseStream {
  const stream = data as Partial<ResponseStream> | null | undefined;
  return typeof stream?.pipe === 'function' && typeof stream.on === 'function';
}

/**
 * The stream that a caller gets in place of a streamed response. Node's object refers to the request with its raw header,
 * and logs print it. The relay has the same bytes, errors and properties, and destroying it destroys the response. Only
 * closures connect the two.
 */
export function relayedStream(source: ResponseStream, { request, redact }: RelayOptions): Readable {
  const message = source instanceof IncomingMessage ? messageLike(source, request) : undefined;
  const relay = message ?? streamLike(source);
  let isStarted = false;
  let isEnded = false;
  const fail = (error: unknown) => {
    if (!isEnded) relay.destroy(redact(error) as Error);
  };
  const start = () => {
    isStarted = true;
    source.on('data', (chunk: unknown) => {
      if (!relay.push(chunk)) source.pause();
    });
    source.on('end', () => {
      isEnded = true;
      relay.push(null);
    });
  };
  const read = () => {
    if (isStarted) source.resume();
    else start();
  };
  const destroy = (error: Error | null, callback: (error?: Error | null) => void) => {
    if (!isEnded) {
      source.destroy?.(error ?? undefined);
      if (message !== undefined) message.aborted = true;
      message?.emit('aborted');
    }
    callback(error);
  };
  const hidden = (value: unknown) => ({ value, configurable: true, writable: true });
  Object.defineProperties(relay, { _read: hidden(read), _destroy: hidden(destroy) });
  // A response that breaks before the caller listens must not end the process. A later reader still gets the error.
  relay.on('error', () => {});
  source.on('error', fail);
  source.on('close', () => {
    if (!isEnded) relay.destroy();
  });
  // It may have broken while a replacement of the token was awaited.
  if (source.destroyed === true && source.readableEnded === false) fail(source.errored ?? undefined);
  return relay;
}

/** axios sets these two properties on a response over HTTP/2. */
function streamLike(source: ResponseStream): Readable {
  const { readableHighWaterMark, headers, statusCode } = source as Partial<IncomingMessage>;
  const stream = new Readable({ highWaterMark: readableHighWaterMark });
  return Object.assign(stream, headers && { headers: { ...headers } }, statusCode && { statusCode });
}

/** An `IncomingMessage` with all that packages read from one: `form-data` reads path, type and length, others headers. */
function messageLike(source: IncomingMessage, described: RelayOptions['request']): IncomingMessage {
  // Node's `finished()`, and functions that use it, remove their listeners from the request as well.
  const request: typeof described = Object.setPrototypeOf({ ...described }, EventEmitter.prototype);
  const message = new IncomingMessage(new ResponseSocket(source, request) as unknown as Socket);
  const { statusCode, statusMessage, httpVersion, httpVersionMajor, httpVersionMinor, url, method } = source;
  Object.assign(message, { statusCode, statusMessage, httpVersion, httpVersionMajor, httpVersionMinor, url, method });
  message.rawHeaders = [...source.rawHeaders];
  // Not parsed again from `rawHeaders`, because axios removes headers of a response that it has decoded.
  message.headers = { ...source.headers };
  for (const name of ['complete', 'rawTrailers'] as const) {
    Object.defineProperty(message, name, { get: () => source[name], enumerable: true, configurable: true });
  }
  const { responseUrl, redirects = [] } = source as { responseUrl?: unknown; redirects?: unknown };
  Object.assign(message, { req: request, responseUrl: responseUrl ?? request.res.responseUrl, redirects });
  source.on('timeout', () => message.emit('timeout'));
  return message;
}

/** The properties of a response's socket that are commonly read. The socket itself refers to the request. */
class ResponseSocket extends EventEmitter {
  readonly _httpMessage: object;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage, request: object) {
    super();
    this.#message = message;
    this._httpMessage = request;
    message.on('close', () => {
      if (!message.complete) this.emit('close');
    });
  }

  get readable(): boolean {
    return this.#message.socket?.readable ?? false;
  }
  get writable(): boolean {
    return this.#message.socket?.writable ?? false;
  }
  get destroyed(): boolean {
    return this.#message.socket?.destroyed ?? true;
  }
  get readableHighWaterMark(): number {
    return this.#message.readableHighWaterMark;
  }
  get remoteAddress(): string | undefined {
    return this.#message.socket?.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.#message.socket?.remotePort;
  }
  get remoteFamily(): string | undefined {
    return this.#message.socket?.remoteFamily;
  }
  get localAddress(): string | undefined {
    return this.#message.socket?.localAddress;
  }
  get localPort(): number | undefined {
    return this.#message.socket?.localPort;
  }
  get bytesRead(): number {
    return this.#message.socket?.bytesRead ?? 0;
  }
  get encrypted(): boolean | undefined {
    return (this.#message.socket as Partial<TLSSocket> | null)?.encrypted;
  }
  get authorized(): boolean | undefined {
    return (this.#message.socket as Partial<TLSSocket> | null)?.authorized;
  }

  getPeerCertificate(detailed?: boolean): unknown {
    return (this.#message.socket as Partial<TLSSocket> | null)?.getPeerCertificate?.(detailed as true);
  }

  setTimeout(ms: number, listener?: () => void): this {
    if (listener !== undefined) this.#message.once('timeout', listener);
    this.#message.setTimeout(ms);
    return this;
  }

  destroy(error?: Error): this {
    this.#message.destroy(error);
    return this;
  }
}

/**
 * The same for the web stream of a `fetch` response. axios rejects its reads with errors that hold the config and the
 * request that were sent; the token is removed from them.
 */
export function relayedWebStream(
  source: ReadableStream<Uint8Array>,
  redact: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const open = () => {
    reader ??= source.getReader();
    return reader;
  };
  return new ReadableStream(
    {
      type: 'bytes',
      async pull(controller) {
        const chunk = await nextChunk(open()).catch((error: unknown) => {
          throw redact(error);
        });
        if (chunk !== undefined) return controller.enqueue(ownBytes(chunk));
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel: (reason) => open().cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** A byte stream accepts no empty chunks. */
async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    if (value.byteLength > 0) return value;
  }
}

/** A byte stream transfers the whole buffer of a chunk. If the chunk is only a part of its buffer, it is copied. */
function ownBytes(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = chunk.byteLength === chunk.buffer.byteLength && chunk.buffer instanceof ArrayBuffer;
  return isWhole ? (chunk as Uint8Array<ArrayBuffer>) : new Uint8Array(chunk);
}
