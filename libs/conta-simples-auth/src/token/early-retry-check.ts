import type { Instant } from '../support/clock.js';
import type { FailureState } from './failure-state.js';
import type { RunInContext } from './keeper-options.js';
import type { TokenSource } from './token-source.js';

const CHECK_INTERVAL_MS = 5_000;
/** How long callers wait for a check, from its start. Enough for a file or a store nearby; a slow vault delays no caller. */
const CALLER_WAIT_MS = 50;

/**
 * Checks whether a retry is worthwhile before the cool-down ends: after a rotation, or when another process has shared a
 * token. Runs only while the account is used, and at most every 5 s, because it may cost a query of a vault.
 */
export class EarlyRetryCheck {
  readonly #source: TokenSource;
  readonly #inContext: RunInContext;
  #abort: AbortController | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(source: TokenSource, inContext: RunInContext) {
    this.#source = source;
    this.#inContext = inContext;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Milliseconds until the next check is due; 0 while one runs. */
  dueInMs(failed: FailureState | undefined, { monotonic }: Instant): number {
    if (failed === undefined) return Number.POSITIVE_INFINITY;
    if (this.#running !== undefined) return 0;
    // The failed attempt read the credentials, so the first interval starts there.
    return Math.max(0, Math.max(this.#startedAt, failed.at.monotonic) + CHECK_INTERVAL_MS - monotonic);
  }

  /**
   * Starts a check if one is due, and joins one that runs; `retry` is called if a retry is worthwhile. Returns what a
   * caller may wait for and how long, or `undefined` if there is nothing to wait for. Never rejects.
   */
  run(
    failed: FailureState,
    now: Instant,
    lastValue: string | undefined,
    retry: () => void,
  ): { readonly done: Promise<void>; readonly waitMs: number } | undefined {
    if (this.dueInMs(failed, now) > 0) return undefined;
    this.#running ??= this.#inContext(() => this.#check(now, lastValue, retry));
    const waitMs = this.#startedAt + CALLER_WAIT_MS - now.monotonic;
    return waitMs > 0 ? { done: this.#running, waitMs } : undefined;
  }

  /** Ends the check that runs, and ignores its result. The next one is due as if there had been none. */
  cancel(): void {
    this.#abort?.abort();
    this.#running = undefined;
    this.#startedAt = Number.NEGATIVE_INFINITY;
  }

  async #check({ monotonic }: Instant, lastValue: string | undefined, retry: () => void): Promise<void> {
    this.#startedAt = monotonic;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const isWorthwhile = await canRetryEarly(this.#source, lastValue, signal);
    if (signal.aborted) return;
    this.#running = undefined;
    if (isWorthwhile) retry();
  }
}

/** Sources do not throw. If one does, there is nothing to retry for. */
async function canRetryEarly(source: TokenSource, lastValue: string | undefined, signal: AbortSignal) {
  try {
    return await source.canRetryEarly(lastValue, signal);
  } catch {
    return false;
  }
}
