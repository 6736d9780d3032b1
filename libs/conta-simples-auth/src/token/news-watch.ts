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

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** Whether another attempt is worth making before its time. Never rejects. */
  async hasNews({ at }: Trouble, { monotonic }: Instant, lastValue: string | undefined): Promise<boolean> {
    // The source was asked when it failed, so the first interval starts there.
    if (monotonic - Math.max(this.#lastCheck, at.monotonic) < CHECK_INTERVAL_MS) return false;
    this.#lastCheck = monotonic;
    try {
      return await this.#source.hasNews(lastValue);
    } catch {
      return false;
    }
  }
}
