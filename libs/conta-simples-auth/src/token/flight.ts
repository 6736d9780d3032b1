import type { AcquisitionCause } from '../model/events.js';
import type { Clock } from '../support/clock.js';
import { attempt, type TokenFailure, type TokenOutcome, type TokenSource } from './token-source.js';

/** Waits for the turn of a request where many start at once; `undefined` if it may start at once. */
export type StartTurn = () => Promise<void> | undefined;

const CANCELLED: TokenFailure = { kind: 'timeout', what: 'The token request was cancelled before it was sent' };

/** The one token request that is under way. */
export class Flight {
  readonly cause: AcquisitionCause;
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Whether callers may join it although the account is cooling: not a probe that the timer made on its own. */
  readonly awaited: boolean;
  /** Made when the request starts: thousands of them at once are what blocks the event loop most. */
  #abort: AbortController | undefined;
  #isCancelled = false;

  constructor(cause: AcquisitionCause, startedAt: number, awaited: boolean) {
    this.cause = cause;
    this.startedAt = startedAt;
    this.awaited = awaited;
  }

  /** Never rejects. */
  run(source: TokenSource, replaces: string | undefined, startTurn: StartTurn | undefined): Promise<TokenOutcome> {
    const turn = startTurn?.();
    return turn === undefined ? this.#start(source, replaces) : turn.then(() => this.#start(source, replaces));
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#abort?.abort();
  }

  cancelIn(milliseconds: number, clock: Clock): void {
    clock.setTimer(() => this.cancel(), milliseconds);
  }

  async #start(source: TokenSource, replaces: string | undefined): Promise<TokenOutcome> {
    if (this.#isCancelled) return { ok: false, failure: CANCELLED };
    this.#abort = new AbortController();
    return attempt(source, this.#abort.signal, { cause: this.cause, replaces });
  }
}
