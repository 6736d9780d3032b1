import type { Frame, Snapshot } from '../src/dashboard/frames.js';

/** A page in the background for this long is treated as closed. */
const HIDDEN_FOR_MS = 60_000;
const RETRY_MS = 2_000;

export interface StreamListener {
  snapshot(snapshot: Snapshot): void;
  frame(frame: Frame): void;
  state(state: 'waiting' | 'open' | 'lost'): void;
}

/** The stream of the page. It reconnects after an error, and disconnects while the page is in the background. */
export class Stream {
  #source: EventSource | undefined;
  #timer: number | undefined;

  constructor(private readonly listener: StreamListener) {
    document.addEventListener('visibilitychange', () => this.#onVisibility());
  }

  connect(): void {
    this.#source?.close();
    const source = new EventSource('/dashboard/stream');
    this.#source = source;
    source.addEventListener('snapshot', ({ data }) => {
      this.listener.state('open');
      this.listener.snapshot(JSON.parse(data) as Snapshot);
    });
    source.addEventListener('frame', ({ data }) => this.listener.frame(JSON.parse(data) as Frame));
    source.addEventListener('error', () => {
      this.listener.state('lost');
      // Another answer than a stream closes it without a retry, as from a server that is starting or from a proxy.
      if (source.readyState === EventSource.CLOSED) this.#later(() => this.connect(), RETRY_MS);
    });
  }

  #onVisibility(): void {
    if (document.hidden) this.#later(() => this.#disconnect(), HIDDEN_FOR_MS);
    else if (this.#source === undefined) this.connect();
    else if (this.#source.readyState !== EventSource.CLOSED) window.clearTimeout(this.#timer);
  }

  #disconnect(): void {
    this.#source?.close();
    this.#source = undefined;
    this.listener.state('waiting');
  }

  #later(action: () => void, delayMs: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(action, delayMs);
  }
}
