import { performance } from 'node:perf_hooks';
import { apiError } from '../http/api-errors.js';
import type { Reply } from '../http/reply.js';

const WINDOW_MS = 60_000;

/** "100 calls a minute per IP" (vendor): a window of a minute for each address, opened by its first call. */
export class RateLimiter {
  readonly #windows = new Map<string, { readonly startedAt: number; calls: number }>();

  /** Counts a call; the refusal if it is one too many, `undefined` if it may pass. */
  check(address: string, callsPerMinute: number): Reply | undefined {
    const now = performance.now();
    let window = this.#windows.get(address);
    if (window === undefined || now - window.startedAt >= WINDOW_MS) {
      window = { startedAt: now, calls: 0 };
      this.#windows.set(address, window);
    }
    window.calls += 1;
    if (window.calls <= callsPerMinute) {
      return undefined;
    }
    const retryAfterSeconds = Math.ceil((window.startedAt + WINDOW_MS - now) / 1000);
    return apiError(429, 'Too many requests from this address', { headers: { 'retry-after': `${retryAfterSeconds}` } });
  }
}
