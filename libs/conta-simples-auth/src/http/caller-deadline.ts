import type { WaitOptions } from '../token/wait-options.js';

/** A caller's own limits on a request, in the words of axios; `fetch` knows the signal alone. */
export interface CallerLimits {
  /** Milliseconds for the whole; none if 0 or left out. */
  readonly timeout?: number | undefined;
  readonly signal?: CancelSignal | null | undefined;
  readonly cancelToken?: { readonly reason?: unknown; throwIfRequested(): void } | undefined;
}

interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener?: ((...args: never[]) => unknown) | undefined;
  removeEventListener?: ((...args: never[]) => unknown) | undefined;
}

interface CancelListeners {
  addEventListener?(type: 'abort', listener: () => void): void;
  removeEventListener?(type: 'abort', listener: () => void): void;
}

interface CancelSubscription {
  subscribe(listener: () => void): void;
  unsubscribe(listener: () => void): void;
}

/** Holds a request to its caller's limits: waiting for a token counts towards them. */
export class CallerDeadline {
  readonly #limits: CallerLimits;
  /** When the request was made, for one that has a timeout. */
  readonly #startedAt: number;

  constructor(limits: CallerLimits) {
    this.#limits = limits;
    this.#startedAt = limits.timeout ? performance.now() : 0;
  }

  /** What is left of the request's `timeout` in milliseconds; `undefined` where it has none. */
  get remainingMs(): number | undefined {
    const { timeout } = this.#limits;
    if (!timeout) return undefined;
    return Math.max(1, Math.ceil(timeout - (performance.now() - this.#startedAt)));
  }

  /** Waits for a token as long as the caller would, and not a moment longer than it wants to. */
  async wait<T>(obtain: (wait: WaitOptions) => Promise<T>): Promise<T> {
    const { signal, cancelToken } = this.#limits;
    if (!signal && !cancelToken) return obtain({ timeoutMs: this.remainingMs });
    // One signal for both ways of cancelling. Not AbortSignal.any(), which may be collected before it fires.
    const abort = new AbortController();
    const cancel = () => abort.abort(cancelToken?.reason ?? signal?.reason);
    const listeners = signal as CancelListeners | null | undefined;
    listeners?.addEventListener?.('abort', cancel);
    // axios calls back with a Cancel; its types leave these two methods out.
    const subscription = cancelToken as unknown as CancelSubscription | undefined;
    subscription?.subscribe(cancel);
    if (signal?.aborted) cancel();
    try {
      return await obtain({ signal: abort.signal, timeoutMs: this.remainingMs });
    } finally {
      listeners?.removeEventListener?.('abort', cancel);
      subscription?.unsubscribe(cancel);
    }
  }

  /**
   * To be called right before a request is sent: what was cancelled since the token came, axios would reject and send all
   * the same. axios looks at both itself, and rejects with a Cancel of its own; `fetch` rejects with the reason.
   */
  throwIfCancelled(): void {
    const { signal, cancelToken } = this.#limits;
    cancelToken?.throwIfRequested();
    if (signal?.aborted) throw signal.reason ?? new Error('The request was cancelled');
  }
}
