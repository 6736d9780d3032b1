import type { AccessToken } from '../model/access-token.js';
import { onAbort } from '../support/abort-listeners.js';
import type { Clock, Timer } from '../support/clock.js';

export interface WaitLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

export interface WaiterGroupOptions {
  readonly clock: Clock;
  /** What a caller gets whose time is over. */
  readonly lateError: (timeoutMs: number) => Error;
  /** Told of each wait as it begins, in the caller's async context; what it returns is called as the wait ends. */
  readonly onWait: (() => () => void) | undefined;
}

/** A token, or how to make the error: each caller gets one of its own, since clients add their stack to it. */
export type Arrival = AccessToken | (() => Error);

/** Callers that came in the same moment and have the same patience: ten thousand of them cost one timer. */
class WaiterGroup {
  readonly timeoutMs: number;
  /** By the monotonic clock. */
  readonly deadline: number;
  readonly arrival: Promise<Arrival>;
  #settle: (arrival: Arrival) => void = () => {};
  #endsOfWait: (() => void)[] | undefined;

  constructor(timeoutMs: number, deadline: number) {
    this.timeoutMs = timeoutMs;
    this.deadline = deadline;
    this.arrival = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  join(endOfWait: (() => void) | undefined): void {
    if (endOfWait === undefined) return;
    this.#endsOfWait ??= [];
    this.#endsOfWait.push(endOfWait);
  }

  settle(arrival: Arrival): void {
    this.#settle(arrival);
    const ends = this.#endsOfWait;
    this.#endsOfWait = undefined;
    for (const end of ends ?? []) end();
  }
}

/** How much later than the first of a party a caller may come, in milliseconds: it would leave so much too early. */
const SAME_MOMENT_MS = 1;

/** Those who wait for one request of one account: each with a deadline and a way out of its own, together with one timer. */
export class WaiterGroups {
  readonly #parties = new Set<WaiterGroup>();
  /** The last that callers without a signal may still join. */
  #open: WaiterGroup | undefined;
  #timer: Timer | undefined;
  #timerDeadline = 0;
  readonly #options: WaiterGroupOptions;

  constructor(options: WaiterGroupOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#parties.size;
  }

  /** Resolves with the next token; rejects by the limits, or when all are told to give up. `monotonic` is now. */
  async add(limits: WaitLimits, monotonic: number): Promise<AccessToken> {
    const endOfWait = this.#options.onWait?.();
    const arrival = await (limits.signal === undefined
      ? this.#join(limits.timeoutMs, monotonic, endOfWait)
      : this.#waitWithSignal(limits.signal, limits.timeoutMs, monotonic, endOfWait));
    if (typeof arrival === 'function') throw arrival();
    return arrival;
  }

  settleAll(arrival: Arrival): void {
    for (const party of [...this.#parties]) {
      this.#remove(party);
      party.settle(arrival);
    }
  }

  #join(timeoutMs: number, monotonic: number, endOfWait: (() => void) | undefined): Promise<Arrival> {
    const open = this.#open;
    const isOpen =
      open !== undefined && open.timeoutMs === timeoutMs && monotonic + timeoutMs - open.deadline < SAME_MOMENT_MS;
    const party = isOpen ? open : this.#begin(timeoutMs, monotonic);
    this.#open = party;
    party.join(endOfWait);
    return party.arrival;
  }

  /** Who may leave at any time is a party of its own. */
  async #waitWithSignal(
    signal: AbortSignal,
    timeoutMs: number,
    monotonic: number,
    endOfWait: (() => void) | undefined,
  ): Promise<Arrival> {
    const party = this.#begin(timeoutMs, monotonic);
    party.join(endOfWait);
    const leave = () => {
      this.#remove(party);
      // Whatever the application gave as a reason is what it gets, an error or not.
      party.settle(() => signal.reason as Error);
    };
    const ignore = onAbort(signal, leave);
    try {
      return await party.arrival;
    } finally {
      ignore();
    }
  }

  #begin(timeoutMs: number, monotonic: number): WaiterGroup {
    const party = new WaiterGroup(timeoutMs, monotonic + timeoutMs);
    this.#parties.add(party);
    if (this.#timer === undefined || party.deadline < this.#timerDeadline) this.#arm(party.deadline, monotonic);
    return party;
  }

  #remove(party: WaiterGroup): void {
    this.#parties.delete(party);
    if (this.#open === party) this.#open = undefined;
    if (this.#parties.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Somebody awaits this one: it holds the process, and with it the attempt that is under way or planned. */
  #arm(deadline: number, monotonic: number): void {
    this.#timer?.cancel();
    this.#timerDeadline = deadline;
    this.#timer = this.#options.clock.setTimer(() => this.#onTimer(), Math.max(0, deadline - monotonic), {
      hold: true,
    });
  }

  #onTimer(): void {
    this.#timer = undefined;
    const { clock, lateError } = this.#options;
    const monotonic = clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    // A timer may be a moment early.
    for (const party of [...this.#parties]) {
      if (party.deadline > monotonic + SAME_MOMENT_MS) next = Math.min(next, party.deadline);
      else {
        this.#remove(party);
        party.settle(() => lateError(party.timeoutMs));
      }
    }
    if (this.#parties.size > 0 && this.#timer === undefined) this.#arm(next, monotonic);
  }
}
