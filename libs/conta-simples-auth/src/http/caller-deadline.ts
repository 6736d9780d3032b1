import type { WaitOptions } from '../model/access-token.js';
import { type CancelSignal, onAbort } from '../support/deadline.js';
import type { StreamedBody } from './body/request-body.js';

/** The limits that a caller set for a request, with the names of axios; `fetch` has the signal only. */
export interface CallerLimits {
  /** Milliseconds for the whole request; 0 or `undefined`: no limit. */
  readonly timeout?: number | undefined;
  readonly signal?: CancelSignal | null | undefined;
  readonly cancelToken?: { readonly reason?: unknown; throwIfRequested(): void } | undefined;
}

interface CancelSubscription {
  subscribe(listener: () => void): void;
  unsubscribe(listener: () => void): void;
}

/** Applies the limits of a caller to the whole call: the wait for a token counts as well. */
export class CallerDeadline {
  readonly #limits: CallerLimits;
  readonly #body: StreamedBody | undefined;
  /** When the call began; set if it has a timeout. */
  readonly #startedAt: number;

  /** A body that breaks ends the wait with its error, because there is nothing left to send. */
  constructor(limits: CallerLimits, body: StreamedBody | undefined) {
    this.#limits = limits;
    this.#body = body;
    this.#startedAt = limits.timeout ? performance.now() : 0;
  }

  /** The rest of the request's `timeout` in milliseconds; `undefined` without one. */
  get remainingMs(): number | undefined {
    const timeout = milliseconds(this.#limits.timeout);
    if (timeout === undefined) return undefined;
    return Math.max(1, Math.ceil(timeout - (performance.now() - this.#startedAt)));
  }

  /** Waits for a token within the limits. */
  async wait<T>(obtain: (wait: WaitOptions) => Promise<T>): Promise<T> {
    const { signal, cancelToken } = this.#limits;
    const body = this.#body;
    if (!signal && !cancelToken && !body) return obtain({ timeoutMs: this.remainingMs });
    // AbortSignal.any() is not used: its signal may be garbage-collected before it fires.
    const abort = new AbortController();
    const cancel = () => abort.abort(cancelToken?.reason ?? signal?.reason);
    const ignoreSignal = signal ? onAbort(signal, cancel) : undefined;
    // The types of axios leave these two methods out.
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
   * Call this right before a request is sent. If it was cancelled, or its body broke, while the token was awaited, axios
   * would reject but send the request as well. axios then rejects with a `Cancel`, `fetch` with the reason of the signal.
   */
  throwIfCancelled(): void {
    const { signal, cancelToken } = this.#limits;
    cancelToken?.throwIfRequested();
    if (signal?.aborted) throw signal.reason ?? new Error('The request was cancelled');
    this.#body?.throwIfBroken();
  }
}

/** Parses a timeout as axios does. `undefined` for values that are no number; axios rejects those. */
function milliseconds(timeout: unknown): number | undefined {
  if (!timeout) return undefined;
  const read = typeof timeout === 'number' ? timeout : Number.parseInt(String(timeout), 10);
  return Number.isNaN(read) ? undefined : read;
}
