import { type Clock, type Instant, readInstant } from './clock.js';

/** One moment, and how much of a life may have passed by then. */
export interface Moment extends Instant {
  /** Milliseconds since the clock was made, by whichever clock went further between any two looks. */
  readonly elapsed: number;
}

/**
 * Measures lives. The monotonic clock stands still while a machine is suspended, the wall clock may be set either way;
 * between two looks the larger step counts, so that a token never seems younger than it is. A wall clock set forward
 * costs one early renewal, one set back nothing.
 */
export class LifeClock {
  readonly #clock: Clock;
  #wall: number;
  #monotonic: number;
  #elapsed = 0;

  constructor(clock: Clock) {
    const { wall, monotonic } = readInstant(clock);
    this.#clock = clock;
    this.#wall = wall;
    this.#monotonic = monotonic;
  }

  /** `latestWall` is the latest reading of the wall clock that anybody has had since the last look. */
  look(latestWall = Number.NEGATIVE_INFINITY): Moment {
    const { wall, monotonic } = readInstant(this.#clock);
    this.#elapsed += Math.max(0, monotonic - this.#monotonic, Math.max(wall, latestWall) - this.#wall);
    this.#wall = wall;
    this.#monotonic = monotonic;
    return { wall, monotonic, elapsed: this.#elapsed };
  }
}

/** How long ago that was, at most. */
export function sinceMs(then: Instant, now: Instant): number {
  return Math.max(0, now.monotonic - then.monotonic, now.wall - then.wall);
}
