import { isAnyArrayBuffer } from 'node:util/types';
import { isOlderKind } from './detached-body.js';
import { isNodeForm, multipart, type WrittenForm, writtenNodeForm } from './forms.js';

/** The caller's body in the form in which it is sent, once or twice. */
export interface RequestBody {
  readonly data: unknown;
  /** Set if the body was written to bytes here, which decides its content type. */
  readonly contentType?: string;
  /** In bytes; set with `pieces`. */
  readonly length?: number;
  /** Whether the same bytes can be sent a second time. */
  readonly isReplayable: boolean;
  /** Set if it is a large form: the same bytes as `data`, without the cost of joining them. */
  readonly pieces?: WrittenForm['pieces'];
  /** Set if it is a stream that has not been read yet. */
  readonly stream?: StreamedBody | undefined;
}

export const NO_BODY: RequestBody = { data: undefined, isReplayable: true };

const URL_ENCODED = 'application/x-www-form-urlencoded;charset=UTF-8';

/**
 * Called before the first send: a form is written once, so that a second send has the same parts and boundary. Buffers are
 * not copied, neither alone nor in a form: the application must not change them before the call ends.
 */
export function requestBody(data: unknown): RequestBody {
  if (data === undefined) return NO_BODY;
  const isBytes = data === null || typeof data === 'string' || ArrayBuffer.isView(data) || isAnyArrayBuffer(data);
  if (isBytes || data instanceof Blob) return { data, isReplayable: true };
  if (data instanceof URLSearchParams) return { data: String(data), contentType: URL_ENCODED, isReplayable: true };
  return writtenForm(data) ?? unchangedBody(data);
}

/** A body that the client gets as the caller gave it. */
export function unchangedBody(data: unknown): RequestBody {
  // Paused until it is sent, because a token may have to be awaited.
  if (isOlderKind(data)) data.pause?.();
  return { data, isReplayable: false, stream: StreamedBody.of(data) };
}

function writtenForm(data: unknown): RequestBody | undefined {
  if (isNodeForm(data)) return writtenNodeForm(data);
  const written = isForm(data) ? multipart(data) : undefined;
  return written && { data: written, contentType: written.type, isReplayable: true };
}

function isForm(data: unknown): data is Iterable<[string, unknown]> {
  return Object.prototype.toString.call(data) === '[object FormData]' && Symbol.iterator in (data as object);
}

/** The part that is needed here of a stream of Node or of a package. */
interface Stream {
  readonly errored?: unknown;
  on(event: 'error' | 'close', listener: (error?: unknown) => void): unknown;
  removeListener(event: 'error' | 'close', listener: (error?: unknown) => void): unknown;
}

interface Break {
  broken?: { readonly error: unknown };
}

/** Streams that have our listeners: one that is passed again, after a call that failed, gets no further listeners. */
const breaks = new WeakMap<Stream, Break>();

/**
 * A body that is read once, from a stream that may break before it is read: a file that does not exist, while the token is
 * awaited. A stream that breaks without an error listener ends the process, so it has one from here on to its end.
 */
export class StreamedBody {
  readonly #stream: Stream;
  readonly #break: Break;

  private constructor(stream: Stream) {
    this.#stream = stream;
    this.#break = breaks.get(stream) ?? recordBreak(stream);
  }

  /** `undefined` for values that are no stream. */
  static of(data: unknown): StreamedBody | undefined {
    return isStream(data) ? new StreamedBody(data) : undefined;
  }

  /** Calls back when the stream breaks, or at once if it has; returns a function that stops that. */
  onBreak(listener: (error: unknown) => void): () => void {
    const { broken } = this.#break;
    if (broken !== undefined) listener(broken.error);
    this.#stream.on('error', listener);
    return () => this.#stream.removeListener('error', listener);
  }

  /** To be called before it is sent. */
  throwIfBroken(): void {
    if (this.#break.broken !== undefined) throw this.#break.broken.error;
  }

  /** Whether the stream broke with this error. */
  brokeWith(error: unknown): boolean {
    return this.#break.broken !== undefined && this.#break.broken.error === error;
  }
}

function isStream(data: unknown): data is Stream {
  if (typeof data !== 'object' || data === null) return false;
  return ['pipe', 'on', 'removeListener'].every(
    (name) => typeof (data as Record<string, unknown>)[name] === 'function',
  );
}

function recordBreak(stream: Stream): Break {
  const found: Break = stream.errored ? { broken: { error: stream.errored } } : {};
  breaks.set(stream, found);
  const record = (error: unknown) => {
    found.broken = { error };
  };
  const leave = () => {
    stream.removeListener('error', record);
    stream.removeListener('close', leave);
  };
  stream.on('error', record);
  stream.on('close', leave);
  return found;
}
