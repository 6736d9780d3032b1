import type { InternalAxiosRequestConfig } from 'axios';
import type { WaitOptions } from '../token/waiters.js';

/** A caller's own limits on a request: waiting for a token counts towards them. */
export class CallerDeadline {
  readonly #config: InternalAxiosRequestConfig;
  readonly #startedAt = performance.now();

  constructor(config: InternalAxiosRequestConfig) {
    this.#config = config;
  }

  /** What is left of the request's `timeout` in milliseconds; `undefined` where it has none. */
  get remainingMs(): number | undefined {
    const { timeout } = this.#config;
    if (!timeout) return undefined;
    return Math.max(1, Math.ceil(timeout - (performance.now() - this.#startedAt)));
  }

  /** Waits for a token as long as the caller would, and not a moment longer than it wants to. */
  async wait<T>(obtain: (wait: WaitOptions) => Promise<T>): Promise<T> {
    const { signal, cancelToken } = this.#config;
    if (!signal && !cancelToken) return obtain({ timeoutMs: this.remainingMs });
    // One signal for both ways of cancelling. Not AbortSignal.any(), which may be collected before it fires.
    const abort = new AbortController();
    // The reason never reaches the caller as it is: axios looks at both itself, and rejects with a Cancel.
    const cancel = () => abort.abort(cancelToken?.reason);
    signal?.addEventListener?.('abort', cancel);
    // axios calls back with a Cancel; its types leave these two methods out.
    const subscription = cancelToken as unknown as CancelSubscription | undefined;
    subscription?.subscribe(cancel);
    if (signal?.aborted) cancel();
    try {
      return await obtain({ signal: abort.signal, timeoutMs: this.remainingMs });
    } finally {
      signal?.removeEventListener?.('abort', cancel);
      subscription?.unsubscribe(cancel);
    }
  }

  /**
   * To be called right before a request is sent: what was cancelled since the token came, axios would reject and send all
   * the same.
   */
  throwIfCancelled(): void {
    const { signal, cancelToken } = this.#config;
    cancelToken?.throwIfRequested();
    if (signal?.aborted) throw new Error('The request was cancelled');
  }
}

interface CancelSubscription {
  subscribe(listener: () => void): void;
  unsubscribe(listener: () => void): void;
}
