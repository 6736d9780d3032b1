import type { AcquisitionCause } from '../model/events.js';
import type { FailureState } from './failure-state.js';
import type { HeldToken } from './held-token.js';
import type { KeeperOptions } from './keeper-options.js';
import type { Moment } from './life-clock.js';
import { MinimumInterval } from './minimum-interval.js';
import { RefreshTimer, type TimerOwner } from './refresh-timer.js';

/** What the next request depends on. */
export interface RefreshNeeds {
  readonly held: HeldToken | undefined;
  readonly failureState: FailureState | undefined;
  /** Whether callers wait for it. */
  readonly awaited: boolean;
}

/** When the next request may be made, when it is due, and the timer that sees to it. */
export class RefreshPlan {
  readonly interval = new MinimumInterval();
  /** What the planned request will be for. */
  cause: AcquisitionCause = 'first';
  readonly #options: KeeperOptions;
  readonly #timer: RefreshTimer;

  constructor(options: KeeperOptions, owner: TimerOwner) {
    this.#options = options;
    this.#timer = new RefreshTimer(options.settings.clock, owner, options.timerListing);
  }

  get isArmed(): boolean {
    return this.#timer.isArmed;
  }

  /** By the monotonic clock: no request is made before, whoever asks for one. */
  earliest(failureState: FailureState | undefined): number {
    return Math.max(this.interval.until, failureState?.untilMonotonic ?? Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until the next request is due; 0 when it is. */
  dueInMs(now: Moment, { held, failureState, awaited }: RefreshNeeds): number {
    const allowedInMs = Math.max(0, this.earliest(failureState) - now.monotonic);
    if (failureState !== undefined || held === undefined || awaited) return allowedInMs;
    return Math.max(allowedInMs, held.dueInMs(now));
  }

  /** Whether a token is obtained although nobody asks for it; `generation` is 0 where there has been none yet. */
  isKeptFresh(generation: number): boolean {
    const { keepFresh } = this.#options;
    return keepFresh === 'always' || (keepFresh === 'once_held' && generation > 0);
  }

  /**
   * Arms the timer for the next thing to do: renew, try again, or make the request that the minimum interval held back.
   * `awaited` is whether callers wait for it.
   */
  arm(delayMs: number, cause: AcquisitionCause, awaited: boolean): void {
    this.cause = cause;
    this.#timer.arm(delayMs, awaited ? 'unlisted' : 'listed');
  }

  cancel(): void {
    this.#timer.cancel();
  }
}
