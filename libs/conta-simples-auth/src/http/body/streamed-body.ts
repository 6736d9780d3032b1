/** What is needed here of a stream of Node's, or of a package that does as Node. */
interface Stream {
  readonly errored?: unknown;
  on(event: 'error' | 'close', listener: (error?: unknown) => void): unknown;
  removeListener(event: 'error' | 'close', listener: (error?: unknown) => void): unknown;
}

interface Heard {
  broken?: { readonly error: unknown };
}

/** Those that are heard already: a stream that is given again, after a call that failed, gets no further listeners. */
const heard = new WeakMap<Stream, Heard>();

/**
 * A body that is read once, from a stream that may break before anybody reads it: a file that is not there, while the
 * token is awaited. A stream that breaks unheard ends the process, so it is heard from here to its end.
 */
export class StreamedBody {
  readonly #stream: Stream;
  readonly #heard: Heard;

  private constructor(stream: Stream) {
    this.#stream = stream;
    this.#heard = heard.get(stream) ?? hear(stream);
  }

  /** `undefined` for what is no stream. Other bodies are asked for their bytes, and break only then. */
  static of(data: unknown): StreamedBody | undefined {
    return isStream(data) ? new StreamedBody(data) : undefined;
  }

  /** Calls back when it breaks, or at once where it has; returns what ends that. */
  onBreak(listener: (error: unknown) => void): () => void {
    const { broken } = this.#heard;
    if (broken !== undefined) listener(broken.error);
    this.#stream.on('error', listener);
    return () => this.#stream.removeListener('error', listener);
  }

  /** To be called before it is sent. */
  throwIfBroken(): void {
    if (this.#heard.broken !== undefined) throw this.#heard.broken.error;
  }

  /** Whether this is what it broke with. */
  brokeWith(error: unknown): boolean {
    return this.#heard.broken !== undefined && this.#heard.broken.error === error;
  }
}

function isStream(data: unknown): data is Stream {
  if (typeof data !== 'object' || data === null) return false;
  return ['pipe', 'on', 'removeListener'].every(
    (name) => typeof (data as Record<string, unknown>)[name] === 'function',
  );
}

function hear(stream: Stream): Heard {
  const found: Heard = stream.errored ? { broken: { error: stream.errored } } : {};
  heard.set(stream, found);
  const note = (error: unknown) => {
    found.broken = { error };
  };
  const leave = () => {
    stream.removeListener('error', note);
    stream.removeListener('close', leave);
  };
  stream.on('error', note);
  stream.on('close', leave);
  return found;
}
