import type { Instant } from './clock.js';

/**
 * A moment that has come as soon as either clock says so. The wall clock notices a suspended machine, on which the
 * monotonic clock stands still; the monotonic clock is immune to a wall clock set back.
 */
export type Deadline = Instant;

export function deadlineAfter(start: Instant, delayMs: number): Deadline {
  return { wall: start.wall + delayMs, monotonic: start.monotonic + delayMs };
}

export function isReached(deadline: Deadline, now: Instant): boolean {
  return now.monotonic >= deadline.monotonic || now.wall >= deadline.wall;
}

/** Milliseconds until the deadline by the clock that reaches it first; 0 when it has come. */
export function remainingMs(deadline: Deadline, now: Instant): number {
  return Math.max(0, Math.min(deadline.monotonic - now.monotonic, deadline.wall - now.wall));
}

/** The same deadline after the wall clock was set back: never later than the monotonic clock allows. */
export function reanchored(deadline: Deadline, now: Instant): Deadline {
  return {
    monotonic: deadline.monotonic,
    wall: Math.min(deadline.wall, now.wall + (deadline.monotonic - now.monotonic)),
  };
}
