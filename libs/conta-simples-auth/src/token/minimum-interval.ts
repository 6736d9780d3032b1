import { minimumIntervalMs } from './refresh-window.js';

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Keeps two token requests of one account apart. It can be waived for a token that worked and was then rejected. A waived
 * request uses up the interval that follows: until as much time has passed without a request, there is no other waiver.
 */
export class MinimumInterval {
  /** The lifetime of the last token, which the interval depends on. */
  lastLifeMs: number | undefined;
  #startedAt = NEVER;
  /** When the requests so far would have started if each had kept the interval. */
  #regularStart = NEVER;
  #isWaived = false;

  /** The earliest start of the next request, by the monotonic clock. */
  get until(): number {
    return this.#isWaived ? NEVER : this.#startedAt + this.#intervalMs;
  }

  requestStarted(at: number): void {
    this.#regularStart = Math.max(at, this.#regularStart + this.#intervalMs);
    this.#startedAt = at;
    this.#isWaived = false;
  }

  /** Lets the next request start at once, if the last one was not waived as well. */
  waive(now: number): void {
    if (now >= this.#regularStart) this.#isWaived = true;
  }

  /** No request was sent: another process had the token. The lease keeps the requests of all processes apart. */
  requestNotSent(): void {
    this.#startedAt = NEVER;
  }

  /** For other credentials. */
  reset(): void {
    this.#startedAt = NEVER;
    this.#regularStart = NEVER;
  }

  get #intervalMs(): number {
    return minimumIntervalMs(this.lastLifeMs);
  }
}
