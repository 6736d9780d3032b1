import type { Clock, Timer } from '../../libs/conta-simples-auth/src/support/clock.js';

interface PendingTimer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
  readonly hold: boolean;
}

/** A clock that moves when told to. Timers fire in order, and what they start is finished before the next one fires. */
export class FakeClock implements Clock {
  /** What `random()` gives next, or a source of it; a test sets it. */
  nextRandom: number | (() => number) = 0.5;
  /** How long the event loop has been blocked in all, and when time last did something odd. */
  blockedMs = 0;
  disturbedAt = 0;
  #wall: number;
  #monotonic = 1_000;
  #suspendedMs = 0;
  #order = 0;
  readonly #timers = new Set<PendingTimer>();

  readonly #settle: () => Promise<void>;

  /** `settled` runs what is queued after a timer; the default is thorough, a simulation may want a faster one. */
  constructor(wall = Date.UTC(2026, 0, 5, 12), settled: () => Promise<void> = settle) {
    this.#wall = wall;
    this.#settle = settled;
  }

  /** In whole milliseconds, as the real one. */
  now(): number {
    return Math.floor(this.#wall);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  random(): number {
    return typeof this.nextRandom === 'number' ? this.nextRandom : this.nextRandom();
  }

  setTimer(callback: () => void, delayMs: number, { hold = false } = {}): Timer {
    if (!(delayMs >= 0 && delayMs <= 2 ** 31 - 1)) throw new RangeError(`A timer of ${delayMs} ms would fire at once`);
    const timer: PendingTimer = { due: this.#monotonic + delayMs, order: this.#order++, callback, hold };
    this.#timers.add(timer);
    return { handle: timer, cancel: () => this.#timers.delete(timer) };
  }

  /** The event loop goes on while the time stands still. */
  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }

  /** Timers that have not fired; with `hold`, only those that would keep the process alive. */
  pending({ hold }: { hold?: boolean } = {}): number {
    return [...this.#timers].filter((timer) => hold === undefined || timer.hold === hold).length;
  }

  /** Lets time pass on both clocks, firing what falls due on the way. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await this.#settle();
    for (let next = this.#nextDue(end); next !== undefined; next = this.#nextDue(end)) {
      this.#move(Math.max(0, next.due - this.#monotonic));
      this.#timers.delete(next);
      next.callback();
      await this.#settle();
    }
    this.#move(end - this.#monotonic);
  }

  /** Time as it really passed: what a server elsewhere goes by. */
  trueTime(): number {
    return this.#monotonic + this.#suspendedMs;
  }

  /** Sets the wall clock forward or back, as an operator or NTP would. */
  stepWall(milliseconds: number): void {
    this.#wall += milliseconds;
    this.disturbedAt = this.trueTime();
  }

  /** Lets both clocks run without firing anything: a blocked event loop, or a timer that was throttled. */
  block(milliseconds: number): void {
    this.#move(milliseconds);
    this.blockedMs += milliseconds;
    this.disturbedAt = this.trueTime();
  }

  /** A suspended machine: time passes, and the wall clock with it, but the monotonic clock stands still. */
  suspend(milliseconds: number): void {
    this.#wall += milliseconds;
    this.#suspendedMs += milliseconds;
    this.disturbedAt = this.trueTime();
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
