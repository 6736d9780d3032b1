import type { AccessToken } from '../model/access-token.js';
import { onAbort } from '../support/deadline.js';
import type { SharedTimer, SharedTimers, TimerTarget } from '../support/shared-timers.js';

export interface WaitLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** A token, or a function that makes an error, since each caller gets its own. */
export type Arrival = AccessToken | (() => Error);

/** The wait of a caller, which it may share with others. */
export interface Wait {
  /** A new promise for each caller. */
  token(): Promise<AccessToken>;
  value(): Promise<string>;
  /** When callers without limits may share it without a further decision; `undefined` if they may not. */
  openToAll: OpenMoment | undefined;
}

/**
 * A moment, so that callers need read one clock only: 10,000 of them at once are served 3 ms earlier. If a test stops the
 * wall clock within one, the callers of that turn share a wait, however long the turn takes.
 */
export interface OpenMoment {
  /** In elapsed time, by the wall clock. */
  readonly until: number;
  /** The turn of the event loop. */
  readonly turn: number;
}

/**
 * Callers that arrive within this time share a deadline, and the last of them times out up to so much early. Where the
 * wall clock decides ({@link OpenMoment}), it is up to three times as much, because its milliseconds are whole.
 */
export const SAME_MOMENT_MS = 1;

/** Callers that came at the same moment with the same timeout: ten thousand of them cost one timer. */
class WaiterGroup implements Wait {
  readonly timeoutMs: number;
  /** By the monotonic clock. */
  readonly deadline: number;
  readonly openUntil: number;
  openToAll: OpenMoment | undefined;
  /** Rejected with the function that makes an error. With a token, no function is called for each caller. */
  readonly #token: Promise<AccessToken>;
  #value: Promise<string> | undefined;
  #settle: ((arrival: Arrival) => void) | undefined;
  #onEnd: (() => void)[] | undefined;

  constructor(timeoutMs: number, deadline: number) {
    this.timeoutMs = timeoutMs;
    this.deadline = deadline;
    this.openUntil = deadline - timeoutMs + SAME_MOMENT_MS;
    this.#token = new Promise((resolve, reject) => {
      this.#settle = (arrival) => (typeof arrival === 'function' ? reject(arrival) : resolve(arrival));
    });
  }

  token(): Promise<AccessToken> {
    return this.#token.then(undefined, throwNew);
  }

  value(): Promise<string> {
    this.#value ??= this.#token.then(toValue);
    return this.#value.then(undefined, throwNew);
  }

  onEnd(callback: (() => void) | undefined): void {
    if (callback === undefined) return;
    this.#onEnd ??= [];
    this.#onEnd.push(callback);
  }

  settle(arrival: Arrival): void {
    this.#settle?.(arrival);
    const callbacks = this.#onEnd;
    this.#onEnd = undefined;
    for (const callback of callbacks ?? []) callback();
  }
}

const throwNew = (makeError: () => Error): never => {
  throw makeError();
};
const toValue = ({ value }: AccessToken) => value;

/** The callers that wait for one account's next token, with one timer for all of them, which is shared with other accounts. */
export class Waiters implements TimerTarget {
  readonly #timers: SharedTimers;
  readonly #lateError: (timeoutMs: number) => Error;
  /** Most accounts have one group at a time, which needs no Set. */
  #groups: WaiterGroup | Set<WaiterGroup> | undefined;
  /** The last group that callers without a signal can still join. */
  #open: WaiterGroup | undefined;
  #timer: SharedTimer | undefined;
  #timerDeadline = 0;

  /** `lateError` makes the error of a caller whose time is over. */
  constructor(timers: SharedTimers, lateError: (timeoutMs: number) => Error) {
    this.#timers = timers;
    this.#lateError = lateError;
  }

  get isEmpty(): boolean {
    return this.#groups === undefined;
  }

  /** The wait that the last caller without a signal began or joined. */
  get last(): Wait | undefined {
    return this.#open;
  }

  /** Ends with the next arrival, or when a limit is reached. `monotonic` is now; `onEnd` is called when the wait ends. */
  add({ signal, timeoutMs }: WaitLimits, monotonic: number, onEnd: (() => void) | undefined): Wait {
    const group = signal === undefined ? this.#join(timeoutMs, monotonic) : this.#begin(timeoutMs, monotonic);
    group.onEnd(onEnd);
    if (signal === undefined) return group;
    const leave = () => {
      this.#remove(group);
      // The application's own reason, whether or not it is an error.
      group.settle(() => signal.reason as Error);
    };
    group.onEnd(onAbort(signal, leave));
    return group;
  }

  settleAll(arrival: Arrival): void {
    for (const group of this.#list()) {
      this.#remove(group);
      group.settle(arrival);
    }
  }

  #join(timeoutMs: number, monotonic: number): WaiterGroup {
    const open = this.#open;
    const canJoin = open !== undefined && open.timeoutMs === timeoutMs && monotonic < open.openUntil;
    this.#open = canJoin ? open : this.#begin(timeoutMs, monotonic);
    return this.#open;
  }

  #begin(timeoutMs: number, monotonic: number): WaiterGroup {
    const group = new WaiterGroup(timeoutMs, monotonic + timeoutMs);
    if (this.#groups instanceof Set) this.#groups.add(group);
    else this.#groups = this.#groups === undefined ? group : new Set([this.#groups, group]);
    if (this.#timer === undefined || group.deadline < this.#timerDeadline) this.#arm(group.deadline, monotonic);
    return group;
  }

  #remove(group: WaiterGroup): void {
    if (this.#groups instanceof Set) this.#groups.delete(group);
    if (this.#open === group) this.#open = undefined;
    if (this.#groups instanceof Set ? this.#groups.size > 0 : this.#groups !== group) return;
    this.#groups = undefined;
    if (this.#timer !== undefined) this.#timers.cancel(this.#timer);
    this.#timer = undefined;
  }

  #list(): readonly WaiterGroup[] {
    if (this.#groups instanceof Set) return [...this.#groups];
    return this.#groups === undefined ? [] : [this.#groups];
  }

  /** A caller waits for this timer, so it keeps the process alive, and with it the attempt that runs or is planned. */
  #arm(deadline: number, monotonic: number): void {
    if (this.#timer !== undefined) this.#timers.cancel(this.#timer);
    this.#timerDeadline = deadline;
    this.#timer = this.#timers.set(this, Math.max(0, deadline - monotonic));
  }

  /** Called by the shared timer. */
  onTimer(): void {
    this.#timer = undefined;
    const monotonic = this.#timers.monotonic();
    let next = Number.POSITIVE_INFINITY;
    // A timer can fire up to 1 ms early.
    for (const group of this.#list()) {
      if (group.deadline > monotonic + SAME_MOMENT_MS) next = Math.min(next, group.deadline);
      else {
        this.#remove(group);
        group.settle(() => this.#lateError(group.timeoutMs));
      }
    }
    if (!this.isEmpty && this.#timer === undefined) this.#arm(next, monotonic);
  }
}
