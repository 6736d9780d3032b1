import type { AcquisitionCause } from '../model/events.js';
import { type Clock, type Moment, sinceMs } from '../support/clock.js';
import type { TokenFailure, TokenOutcome, TokenSource } from './token-source.js';

/** How long a request may take while the application closes. */
const DRAIN_MS = 1_000;
const ENDED: TokenFailure = { kind: 'invalid_response', what: 'The token had ended before it arrived' };
const CANCELLED: TokenFailure = { kind: 'timeout', what: 'The token request was cancelled before it was sent' };

/** The token request of one account that is under way: there is at most one. */
export class Flight {
  readonly cause: AcquisitionCause;
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** Whether callers wait for it even while the account cools. The timer also starts requests that callers do not join. */
  readonly isAwaited: boolean;
  /** Made when the request is sent: thousands of controllers at once would block the event loop. */
  #abort: AbortController | undefined;
  #isCancelled = false;
  isStarted = false;

  constructor(cause: AcquisitionCause, startedAt: number, isAwaited: boolean) {
    this.cause = cause;
    this.startedAt = startedAt;
    this.isAwaited = isAwaited;
  }

  /** Sends the request. Never rejects: an error that a source throws may hold secrets, and is not passed on. */
  async run(source: TokenSource, replaces: string | undefined): Promise<TokenOutcome> {
    this.isStarted = true;
    if (this.#isCancelled) return { ok: false, failure: CANCELLED };
    this.#abort = new AbortController();
    try {
      return await source.obtain(this.#abort.signal, { cause: this.cause, replaces });
    } catch {
      return { ok: false, failure: { kind: 'network_error', what: 'The token request broke off' } };
    }
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#abort?.abort();
  }

  /** The application is closing: the request may take one more second. */
  drain(clock: Clock): void {
    clock.setTimer(() => this.cancel(), DRAIN_MS);
  }
}

/** A token that ended before it arrived is a failure. */
export function outcomeNow(outcome: TokenOutcome, now: Moment): TokenOutcome {
  const hasEnded = outcome.ok && sinceMs(outcome.grant.sentAt, now) >= outcome.grant.lifetimeMs;
  return hasEnded ? { ok: false, failure: ENDED } : outcome;
}
