import type { Instant } from './clock.js';
import type { TokenSource } from './token-source.js';
import type { Trouble } from './trouble.js';

const CHECK_INTERVAL_MS = 5_000;

/**
 * Looks whether what an account cools down for has been mended elsewhere: a rotation, or a token of another process, does
 * not have to wait for the end of a cool-down. Only when somebody asks, and not for every one who does: it may cost a
 * query of a vault.
 */
export class NewsWatch {
  readonly #source: TokenSource;
  #lastCheck = Number.NEGATIVE_INFINITY;
  #running: Promise<boolean> | undefined;
  readonly #abort = new AbortController();

  constructor(source: TokenSource) {
    this.#source = source;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Milliseconds until it is time to look again; 0 when it is, and while somebody does. */
  dueInMs({ at }: Trouble, { monotonic }: Instant): number {
    if (this.#running !== undefined) return 0;
    // The source was asked when it failed, so the first interval starts there.
    return Math.max(0, Math.max(this.#lastCheck, at.monotonic) + CHECK_INTERVAL_MS - monotonic);
  }

  /** Whether another attempt is worth making before its time. All who ask at once get one answer. Never rejects. */
  async hasNews(trouble: Trouble, now: Instant, lastValue: string | undefined): Promise<boolean> {
    if (this.dueInMs(trouble, now) > 0) return false;
    this.#running ??= this.#look(now, lastValue);
    return this.#running;
  }

  /** Nobody wants to know any more. */
  cancel(): void {
    this.#abort.abort();
  }

  async #look({ monotonic }: Instant, lastValue: string | undefined): Promise<boolean> {
    this.#lastCheck = monotonic;
    try {
      return await this.#source.hasNews(lastValue, this.#abort.signal);
    } catch {
      return false;
    } finally {
      this.#running = undefined;
    }
  }
}
