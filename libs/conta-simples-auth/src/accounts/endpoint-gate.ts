import type { Clock } from '../token/clock.js';
import type { TokenFailureKind } from '../token/error-kind.js';
import { afterFailure } from '../token/failure-policy.js';
import type { TokenFailure, TokenOutcome } from '../token/token-source.js';

/** The service counts these by IP address, so what one account meets all others would meet as well. */
const BY_ADDRESS: ReadonlySet<TokenFailureKind> = new Set(['rate_limited', 'edge_blocked']);
/** Token requests that may run at once in a process, for all accounts together. */
const MAX_CONCURRENT = 16;

/** What all accounts of a process share of the one token endpoint: its limits. */
export class EndpointGate {
  readonly #clock: Clock;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #shut: { readonly failure: TokenFailure; readonly untilMonotonic: number } | undefined;
  #shutInARow = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a request would be sent now, without waiting for another to end. */
  get hasRoom(): boolean {
    return this.#running < MAX_CONCURRENT;
  }

  /** Calls `send` when there is room, unless the endpoint wants to be left alone: then that is the outcome. */
  pass(send: () => Promise<TokenOutcome>, signal: AbortSignal): Promise<TokenOutcome>;
  /** `send` may find, once it has its place, that there is nothing to be asked. */
  pass(send: () => Promise<TokenOutcome | undefined>, signal: AbortSignal): Promise<TokenOutcome | undefined>;
  async pass(send: () => Promise<TokenOutcome | undefined>, signal: AbortSignal): Promise<TokenOutcome | undefined> {
    if (this.hasRoom || signal.aborted) this.#running++;
    else await this.#turn(signal);
    try {
      const shut = this.#shutFailure();
      return shut === undefined ? this.#note(await send()) : { ok: false, failure: shut };
    } finally {
      this.#passOn();
    }
  }

  #shutFailure(): TokenFailure | undefined {
    if (this.#shut === undefined) return undefined;
    const { failure, untilMonotonic } = this.#shut;
    const retryAfterMs = untilMonotonic - this.#clock.monotonic();
    if (retryAfterMs > 0) return { ...failure, retryAfterMs };
    this.#shut = undefined;
    return undefined;
  }

  #note(outcome: TokenOutcome | undefined): TokenOutcome | undefined {
    if (outcome === undefined || outcome.ok || !BY_ADDRESS.has(outcome.failure.kind)) {
      if (outcome?.ok) this.#shutInARow = 0;
      return outcome;
    }
    const { failure } = outcome;
    // As long as the server asked, no more: each account adds jitter of its own to the wait that it is told here, and the
    // fleet's record has one draw of it for all its processes. Neither is ever shorter than this.
    const input = { failure, attempts: ++this.#shutInARow, lastLifeMs: undefined, random: 0 };
    const { waitMs } = afterFailure(input);
    const untilMonotonic = this.#clock.monotonic() + waitMs;
    if (this.#shut === undefined || untilMonotonic > this.#shut.untilMonotonic)
      this.#shut = { failure, untilMonotonic };
    return { ok: false, failure: { ...failure, retryAfterMs: waitMs } };
  }

  /** Waits for a place. Who gives up waiting goes through all the same: its request sees the aborted signal and ends. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(enter), 1);
        this.#running++;
        enter();
      };
      this.#queue.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #passOn(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}
