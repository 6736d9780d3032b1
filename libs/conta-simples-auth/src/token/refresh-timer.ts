import type { Clock, Timer } from '../support/clock.js';

/** Where a running timer is listed, so that an operator can find it. */
export interface TimerListing {
  /** Adds a timer. The previous one has been removed. */
  add(handle: unknown): void;
  /** Removes the timer that was added last, if it is still there. */
  remove(): void;
}

/** Where the refresh timer of an account is listed. */
export type ListTimer = (account: string) => TimerListing;

/**
 * The longest single sleep. Well under the 2^31-1 ms beyond which `setTimeout` fires at once, and short enough that a
 * clock set forward or a resumed machine is noticed within minutes, even without calls.
 */
const MAX_STEP_MS = 300_000;

/**
 * The refresh timer of one account. It does not keep the process alive. Best effort: if it fires late, or if the
 * application clears it, the next call refreshes.
 */
export class RefreshTimer {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #listing: TimerListing | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isArmed(): boolean {
    return this.#timer !== undefined;
  }

  /** Replaces the running timer. `onTimer` is called after at most five minutes: it has to check what is due. */
  arm(delayMs: number, onTimer: () => void, listing?: TimerListing | undefined): void {
    this.cancel();
    const fire = () => {
      this.cancel();
      onTimer();
    };
    this.#timer = this.#clock.setTimer(fire, Math.min(MAX_STEP_MS, Math.max(0, Math.ceil(delayMs))));
    this.#listing = listing;
    listing?.add(this.#timer.handle);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#listing?.remove();
    this.#listing = undefined;
  }
}
