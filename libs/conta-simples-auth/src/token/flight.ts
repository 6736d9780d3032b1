import type { Clock } from './clock.js';
import type { AcquisitionCause } from './events.js';
import { attempt, type TokenOutcome, type TokenSource } from './token-source.js';

/** The one token request that is under way. */
export class Flight {
  readonly cause: AcquisitionCause;
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Whether callers may join it although the account is cooling: not a probe that the timer made on its own. */
  readonly awaited: boolean;
  readonly #abort = new AbortController();

  constructor(cause: AcquisitionCause, startedAt: number, awaited: boolean) {
    this.cause = cause;
    this.startedAt = startedAt;
    this.awaited = awaited;
  }

  /** Never rejects. */
  run(source: TokenSource, replaces: string | undefined): Promise<TokenOutcome> {
    return attempt(source, this.#abort.signal, { cause: this.cause, replaces });
  }

  cancel(): void {
    this.#abort.abort();
  }

  cancelIn(milliseconds: number, clock: Clock): void {
    clock.setTimer(() => this.cancel(), milliseconds);
  }
}
