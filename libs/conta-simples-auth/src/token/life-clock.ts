import { type Clock, type Instant, readInstant } from '../support/clock.js';

/** One moment, and how much of a life may have passed by then. */
export interface Moment extends Instant {
  /** Milliseconds since the {@link LifeClock} was made, at most. */
  readonly elapsed: number;
}

/**
 * By how much the wall clock has to part from the monotonic one to be believed. It is told in whole milliseconds, so that
 * it seems to part by up to one of them at every look.
 */
const LEAST_JUMP_MS = 10;

/**
 * Measures lives, for all accounts of an application. The monotonic clock stands still while a machine is suspended, the
 * wall clock may be set either way; whatever the wall clock jumps ahead is added to what the monotonic one measures, so
 * that a token never seems younger than it is. A wall clock set forward costs one early renewal, one set back nothing.
 */
export class LifeClock {
  readonly #clock: Clock;
  /** The latest reading of the wall clock, whoever had it. */
  #wall: number;
  #monotonic: number;
  #elapsed = 0;
  /** How far the wall clock is ahead of the monotonic one, since it last jumped. */
  #lead: number;
  /** How far the wall clock is ahead of what has elapsed. */
  #start: number;

  constructor(clock: Clock) {
    const { wall, monotonic } = readInstant(clock);
    this.#clock = clock;
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#lead = wall - monotonic;
    this.#start = wall;
  }

  /**
   * What has elapsed, by the wall clock alone: one clock read, for a call with a cached token. A wall clock that was set
   * back is noticed, and the other one asked. Whole milliseconds: a small integer for weeks, which takes no memory of its
   * own wherever it is kept.
   */
  elapsedMs(): number {
    const wall = this.#clock.now();
    if (wall < this.#wall) this.look();
    else this.#wall = wall;
    return this.#wall - this.#start;
  }

  /** Reads both clocks. */
  look(): Moment {
    const { wall, monotonic } = readInstant(this.#clock);
    // If somebody has read more than it shows now, that much had passed before it was set back.
    const jumpMs = Math.max(wall, this.#wall) - monotonic - this.#lead;
    this.#elapsed += monotonic - this.#monotonic + (jumpMs > LEAST_JUMP_MS ? jumpMs : 0);
    if (Math.abs(wall - monotonic - this.#lead) > LEAST_JUMP_MS) this.#lead = wall - monotonic;
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#start = wall - Math.ceil(this.#elapsed);
    return { wall, monotonic, elapsed: this.#elapsed };
  }
}

/** How long ago that was, at most. */
export function sinceMs(then: Instant, now: Instant): number {
  return Math.max(0, now.monotonic - then.monotonic, now.wall - then.wall);
}
