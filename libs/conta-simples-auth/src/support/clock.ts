import { randomInt } from 'node:crypto';

/**
 * The one source of time, randomness and timers, so that a test can drive all three.
 */
export interface Clock {
  /** Wall clock, epoch milliseconds. May step in either direction. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never steps back, but may stand still while the machine is suspended. */
  monotonic(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /**
   * Calls back once after `delayMs` (0 to 2^31-1). `hold` keeps the process alive until then: right for a timer that
   * a caller awaits, wrong for one that nobody does.
   */
  setTimer(callback: () => void, delayMs: number, options?: { hold?: boolean }): Timer;
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
};
