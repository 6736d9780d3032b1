import type { Clock, Timer } from '../../libs/conta-simples-auth/src/token/clock.js';

interface PendingTimer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
  readonly hold: boolean;
}

/** A clock that moves when told to. Timers fire in order, and what they start is finished before the next one fires. */
export class FakeClock implements Clock {
  /** What `random()` gives next; a test sets it. */
  nextRandom = 0.5;
  #wall: number;
  #monotonic = 1_000;
  #order = 0;
  readonly #timers = new Set<PendingTimer>();

  constructor(wall = Date.UTC(2026, 0, 5, 12)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  random(): number {
    return this.nextRandom;
  }

  setTimer(callback: () => void, delayMs: number, { hold = false } = {}): Timer {
    if (!(delayMs >= 0 && delayMs <= 2 ** 31 - 1)) throw new RangeError(`A timer of ${delayMs} ms would fire at once`);
    const timer: PendingTimer = { due: this.#monotonic + delayMs, order: this.#order++, callback, hold };
    this.#timers.add(timer);
    return { handle: timer, cancel: () => this.#timers.delete(timer) };
  }

  /** Timers that have not fired; with `hold`, only those that would keep the process alive. */
  pending({ hold }: { hold?: boolean } = {}): number {
    return [...this.#timers].filter((timer) => hold === undefined || timer.hold === hold).length;
  }

  /** Lets time pass on both clocks, firing what falls due on the way. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await settle();
    for (let next = this.#nextDue(end); next !== undefined; next = this.#nextDue(end)) {
      this.#move(Math.max(0, next.due - this.#monotonic));
      this.#timers.delete(next);
      next.callback();
      await settle();
    }
    this.#move(end - this.#monotonic);
    await settle();
  }

  /** Sets the wall clock forward or back, as an operator or NTP would. */
  stepWall(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  /** Lets both clocks run without firing anything: a blocked event loop, or a timer that was throttled. */
  block(milliseconds: number): void {
    this.#move(milliseconds);
  }

  #move(milliseconds: number): void {
    this.#wall += milliseconds;
    this.#monotonic += milliseconds;
  }

  #nextDue(end: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end) continue;
      if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.order < next.order))
        next = timer;
    }
    return next;
  }
}

/** Runs every microtask that is queued, however long the chain. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
