import { randomInt } from 'node:crypto';
import { setImmediate as setImmediateAtLoad } from 'node:timers';

/** The only source of time, randomness and timers, so that a test can control all three. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May step in either direction. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never steps back, but may stand still while the machine is suspended. */
  monotonic(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /**
   * Calls back once after `delayMs` (0 to 2^31-1). `hold` keeps the process alive until then, for a timer that a caller
   * waits for.
   */
  setTimer(callback: () => void, delayMs: number, options?: { hold?: boolean }): Timer;
  /** Calls back in the next turn of the event loop, also where the time of a test stands still. */
  nextTurn(callback: () => void): void;
}

export interface Timer {
  cancel(): void;
  /** What `setTimeout` returned, for registries that list timers. */
  readonly handle: unknown;
}

/** One moment, read from both clocks. */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}

export function readInstant(clock: Clock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

const RANDOM_STEPS = 2 ** 32;

// A copy: fake timers may replace what the module exports.
const setReal = setImmediateAtLoad;
let isReal = false;
setReal(() => {
  isReal = true;
});

/**
 * Calls back in the next turn of the event loop, also where the fake timers of a test have replaced the global function. If
 * they may have done so before this file was loaded, the global function is called as well.
 */
export function nextTurn(callback: () => void): void {
  if (isReal || globalThis.setImmediate === setReal) {
    setReal(callback);
    return;
  }
  let isCalled = false;
  const once = () => {
    if (isCalled) return;
    isCalled = true;
    callback();
  };
  setReal(once);
  globalThis.setImmediate(once);
}

export const systemClock: Clock = {
  // Read through `Date` each time: the fake timers of a test replace `Date.now` after this file is loaded.
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // Not Math.random: replicas forked from one snapshot may share its seed, and would then all refresh together.
  random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
  setTimer(callback, delayMs, options) {
    const handle = setTimeout(callback, delayMs);
    if (options?.hold !== true) handle.unref();
    return { handle, cancel: () => clearTimeout(handle) };
  },
  nextTurn,
};

/** One moment, and the elapsed time that lifetimes are measured in. */
export interface Moment extends Instant {
  /** Milliseconds since the {@link LifetimeClock} was made, at most. */
  readonly elapsed: number;
}

/** A smaller difference between the two clocks is rounding: the wall clock is read in whole milliseconds. */
const MIN_JUMP_MS = 10;

/**
 * Measures token lifetimes, for all accounts of an application. The monotonic clock stands still while the machine is
 * suspended, and the wall clock can be set either way. Each jump of the wall clock ahead is added to the monotonic time,
 * so that a token never seems younger than it is. A wall clock set forward costs one early renewal, one set back nothing.
 */
export class LifetimeClock {
  readonly #clock: Clock;
  /** The last reading of the monotonic clock. */
  #monotonic: number;
  #elapsed = 0;
  /** The last reading of the wall clock, as elapsed time: whole milliseconds, which V8 stores without an allocation. */
  #elapsedByWall = 0;
  /** The difference between the wall clock and the monotonic clock after the last jump. */
  #lead: number;
  /** The difference between the wall clock and the elapsed time. */
  #start: number;
  /** Whether the two clocks agreed at the last reading of both: a wall clock that a test has stopped does not. */
  areInStep = true;

  constructor(clock: Clock) {
    const { wall, monotonic } = readInstant(clock);
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#lead = wall - monotonic;
    this.#start = wall;
  }

  /**
   * The elapsed time by the wall clock only, for a call with a cached token: one clock read. If the wall clock was set
   * back, both clocks are read.
   */
  elapsedMs(): number {
    const elapsed = this.#clock.now() - this.#start;
    if (elapsed >= this.#elapsedByWall) {
      this.#elapsedByWall = elapsed;
      return elapsed;
    }
    this.read();
    return this.#elapsedByWall;
  }

  /** Reads both clocks. */
  read(): Moment {
    const { wall, monotonic } = readInstant(this.#clock);
    // An earlier reading may be ahead of this one: that time had passed before the wall clock was set back.
    const latestWall = Math.max(wall, this.#start + this.#elapsedByWall);
    const jumpMs = latestWall - monotonic - this.#lead;
    this.#elapsed += monotonic - this.#monotonic + (jumpMs > MIN_JUMP_MS ? jumpMs : 0);
    this.areInStep = Math.abs(wall - monotonic - this.#lead) <= MIN_JUMP_MS;
    if (!this.areInStep) this.#lead = wall - monotonic;
    this.#monotonic = monotonic;
    this.#elapsedByWall = Math.ceil(this.#elapsed);
    this.#start = wall - this.#elapsedByWall;
    return { wall, monotonic, elapsed: this.#elapsed };
  }
}

/** How long ago `then` was, by the clock that shows more. */
export function sinceMs(then: Instant, now: Instant): number {
  return Math.max(0, now.monotonic - then.monotonic, now.wall - then.wall);
}
