import type { WaitOptions } from '../model/wait-options.js';
import { type CancelSignal, onAbort } from '../support/abort-listeners.js';
import type { StreamedBody } from './body/streamed-body.js';

/** A caller's own limits on a request, in the words of axios; `fetch` knows the signal alone. */
export interface CallerLimits {
  /** Milliseconds for the whole; none if 0 or left out. */
  readonly timeout?: number | undefined;
  readonly signal?: CancelSignal | null | undefined;
  readonly cancelToken?: { readonly reason?: unknown; throwIfRequested(): void } | undefined;
}

interface CancelSubscription {
  subscribe(listener: () => void): void;
  unsubscribe(listener: () => void): void;
}

/** Holds a request to its caller's limits: waiting for a token counts towards them. */
export class CallerDeadline {
  readonly #limits: CallerLimits;
  readonly #body: StreamedBody | undefined;
  /** When the request was made, for one that has a timeout. */
  readonly #startedAt: number;

  /** A body that breaks ends the wait, with its own error: there is nothing left to send. */
  constructor(limits: CallerLimits, body?: StreamedBody | undefined) {
    this.#limits = limits;
    this.#body = body;
    this.#startedAt = limits.timeout ? performance.now() : 0;
  }

  /** What is left of the request's `timeout` in milliseconds; `undefined` where it has none. */
  get remainingMs(): number | undefined {
    const timeout = milliseconds(this.#limits.timeout);
    if (timeout === undefined) return undefined;
    return Math.max(1, Math.ceil(timeout - (performance.now() - this.#startedAt)));
  }

  /** Waits for a token as long as the caller would, and not a moment longer than it wants to. */
  async wait<T>(obtain: (wait: WaitOptions) => Promise<T>): Promise<T> {
    const { signal, cancelToken } = this.#limits;
    const body = this.#body;
    if (!signal && !cancelToken && !body) return obtain({ timeoutMs: this.remainingMs });
    // One signal for all that ends it. Not AbortSignal.any(), which may be collected before it fires.
    const abort = new AbortController();
    const cancel = () => abort.abort(cancelToken?.reason ?? signal?.reason);
    const ignoreSignal = signal ? onAbort(signal, cancel) : undefined;
    // axios calls back with a Cancel; its types leave these two methods out.
    const subscription = cancelToken as unknown as CancelSubscription | undefined;
    subscription?.subscribe(cancel);
    if (signal?.aborted) cancel();
    const ignoreBody = body?.onBreak((error) => abort.abort(error));
    try {
      return await obtain({ signal: abort.signal, timeoutMs: this.remainingMs });
    } finally {
      ignoreSignal?.();
      subscription?.unsubscribe(cancel);
      ignoreBody?.();
    }
  }

  /**
   * To be called right before a request is sent: what was cancelled, or broke, since the token came, axios would reject
   * and send all the same. axios looks at both itself, and rejects with a Cancel of its own; `fetch` rejects with the reason.
   */
  throwIfCancelled(): void {
    const { signal, cancelToken } = this.#limits;
    cancelToken?.throwIfRequested();
    if (signal?.aborted) throw signal.reason ?? new Error('The request was cancelled');
    this.#body?.throwIfBroken();
  }
}

/** As axios reads it. `undefined` for what is no number: axios refuses it. */
function milliseconds(timeout: unknown): number | undefined {
  if (!timeout) return undefined;
  const read = typeof timeout === 'number' ? timeout : Number.parseInt(String(timeout), 10);
  return Number.isNaN(read) ? undefined : read;
}
