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
  #last: Moment;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = { ...readInstant(clock), elapsed: 0 };
  }

  /** `latestWall` is the latest reading of the wall clock that anybody has had since the last look. */
  look(latestWall = Number.NEGATIVE_INFINITY): Moment {
    const now = readInstant(this.#clock);
    const { wall, monotonic, elapsed } = this.#last;
    const step = Math.max(0, now.monotonic - monotonic, Math.max(now.wall, latestWall) - wall);
    this.#last = { ...now, elapsed: elapsed + step };
    return this.#last;
  }
}

/** How long ago that was, at most. */
export function sinceMs(then: Instant, now: Instant): number {
  return Math.max(0, now.monotonic - then.monotonic, now.wall - then.wall);
}
