import { Readable, Writable } from 'node:stream';
import { nextTurn } from '../../support/clock.js';

/** A body that axios pipes into the request: a stream of Node, of a package, or of the older kind without `read()`. */
interface PipedBody {
  readonly read?: unknown;
  readonly destroyed?: boolean;
  readonly errored?: unknown;
  readonly readableEnded?: boolean;
  pipe(destination: Writable): unknown;
  on(event: 'close' | 'end' | 'error', listener: (error?: unknown) => void): unknown;
  removeListener?(event: string, listener: (error?: unknown) => void): unknown;
  destroy?(error?: unknown): unknown;
  close?(): unknown;
  resume?(): unknown;
}

type Redact = (error: unknown) => unknown;

/** How much of a body a request may buffer before its source is held back. */
const MAX_BUFFERED_BYTES = 1_048_576;

/** How much of a body is passed on in one turn of the event loop, which a fast connection would otherwise block. */
const MAX_BYTES_A_TURN = 4 * 1_048_576;

/** The methods by which axios recognizes a form of the package `form-data`. */
const FORM_METHODS = ['append', 'getHeaders', 'getLength'] as const;

/**
 * The body that axios gets instead of the caller's stream. A piped stream holds a reference to its destination, here to
 * the request with its raw header, and logs print it. So the caller's stream is piped into an object that refers to
 * nothing, and only closures connect that object with the stream that axios pipes. Bodies without `pipe` are returned
 * unchanged.
 *
 * @param redact removes the token from an error of axios before the caller's stream gets it
 */
export function detachedBody(data: unknown, redact: Redact): unknown {
  if (typeof data !== 'object' || data === null || typeof (data as Partial<PipedBody>).pipe !== 'function') return data;
  return withFormMethods(new DetachedBody(data as PipedBody, redact), data);
}

class DetachedBody extends Readable {
  readonly #source: PipedBody;
  readonly #redact: Redact;
  readonly #inlet: Writable;
  readonly #stopListening: () => void;
  #isStarted = false;
  /** The source has ended, failed or closed by itself. */
  #isSourceOver = false;
  /** Set if it failed or closed before axios began to read, and thus before axios listened. */
  #earlyFailure: { readonly error?: unknown } | undefined;
  #takeNext: (() => void) | undefined;
  #bytesOfTurn = 0;
  #destination: NodeJS.WritableStream | undefined;

  constructor(source: PipedBody, redact: Redact) {
    super();
    this.#source = source;
    this.#redact = redact;
    this.#inlet = this.#createInlet();
    this.#stopListening = this.#listen();
    // axios listens only from the moment it sends. An error before that must not end the process.
    this.on('error', () => {});
    if (isOlderKind(source)) this.#pipe();
  }

  override _read(): void {
    if (!this.#isStarted) this.#start();
    const takeNext = this.#takeNext;
    this.#takeNext = undefined;
    takeNext?.();
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    this.#destination = destination;
    return super.pipe(destination, options);
  }

  /**
   * Called by Node when the destination asks for a pause. A request does so from 16 KiB on, so that each chunk would be
   * written by a system call; with more chunks per call, a stream of 1 MiB takes a seventh less time.
   */
  override pause(): this {
    const buffered = (this.#destination as Partial<Writable> | undefined)?.writableLength;
    return buffered !== undefined && buffered < MAX_BUFFERED_BYTES ? this : super.pause();
  }

  /** Called by Node when the request has finished, failed or closed. */
  override unpipe(destination?: NodeJS.WritableStream): this {
    this.#destination = undefined;
    super.unpipe(destination);
    this.#release();
    return this;
  }

  /** axios destroys a body that is too large or that was aborted; the caller's stream is then destroyed as well. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const isSourceOver = this.#isSourceOver;
    this.#release();
    if (!isSourceOver) destroySource(this.#source, this.#redact(error));
    callback(error);
  }

  #start(): void {
    this.#isStarted = true;
    const { destroyed, readableEnded, errored } = this.#source;
    // A destroyed stream emits no more events: axios would wait for ever.
    if (destroyed === true && readableEnded === false) this.#earlyFailure ??= { error: errored };
    if (this.#earlyFailure !== undefined) this.#fail(this.#earlyFailure.error);
    else if (!isOlderKind(this.#source)) this.#pipe();
  }

  #pipe(): void {
    this.#source.pipe(this.#inlet);
    if (isOlderKind(this.#source)) this.#source.resume?.();
  }

  #createInlet(): Writable {
    return new Writable({
      // Chunks of any type get as far as write(), which reports wrong ones as an error of the request.
      objectMode: true,
      highWaterMark: 4,
      write: (chunk: unknown, encoding, done) => {
        if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
          this.destroy(new TypeError('A streamed body must consist of strings, Buffers or Uint8Arrays'));
          return;
        }
        const takeNext = this.#inTurns(Buffer.byteLength(chunk, encoding), done);
        if (this.push(chunk, encoding)) takeNext();
        else this.#takeNext = takeNext;
      },
      final: (done) => {
        this.#isSourceOver = true;
        this.push(null);
        done();
      },
    });
  }

  /** What asks for the next chunk: at once, or in the next turn if this one has passed on enough. */
  #inTurns(bytes: number, done: () => void): () => void {
    this.#bytesOfTurn += bytes;
    if (this.#bytesOfTurn < MAX_BYTES_A_TURN) return done;
    this.#bytesOfTurn = 0;
    return () => nextTurn(done);
  }

  #listen(): () => void {
    const source = this.#source;
    const end = () => {
      this.#isSourceOver = true;
    };
    const fail = (error?: unknown) => {
      if (this.#isStarted) this.#fail(error);
      else this.#earlyFailure ??= { error };
    };
    const close = () => {
      if (!this.#isSourceOver) fail();
    };
    source.on('end', end);
    source.on('error', fail);
    source.on('close', close);
    return () => {
      source.removeListener?.('end', end);
      source.removeListener?.('error', fail);
      source.removeListener?.('close', close);
    };
  }

  #fail(error: unknown): void {
    this.#isSourceOver = true;
    this.destroy((error as Error | null | undefined) ?? undefined);
  }

  /** Stops the source: every kind of stream unpipes a destination that closes. */
  #release(): void {
    this.#stopListening();
    this.#inlet.destroy();
  }
}

/** A stream without `read()`: what it emits before it is piped is lost, and it is held back only while it is paused. */
export function isOlderKind(data: unknown): data is { pause?(): unknown } {
  const stream = data as Partial<Record<'pipe' | 'on' | 'read', unknown>> | null;
  return (
    [stream?.pipe, stream?.on].every((method) => typeof method === 'function') && typeof stream?.read !== 'function'
  );
}

/** As a pipeline of Node does. */
function destroySource(source: PipedBody, error: unknown): void {
  if (source.destroyed === true) return;
  if (typeof source.destroy === 'function') source.destroy(error ?? undefined);
  else if (typeof source.close === 'function') source.close();
}

/** With these methods axios recognizes a form, and reads its content type and length. */
function withFormMethods(body: Readable, source: object): Readable {
  if (typeof (source as { getHeaders?: unknown }).getHeaders !== 'function') return body;
  for (const name of FORM_METHODS) {
    const method: unknown = Reflect.get(source, name);
    if (typeof method === 'function') Object.defineProperty(body, name, { value: method.bind(source) });
  }
  if (String(source) === '[object FormData]') Object.defineProperty(body, Symbol.toStringTag, { value: 'FormData' });
  return body;
}
