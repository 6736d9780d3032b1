import type { Clock, Timer } from '../support/clock.js';

/** Where a running timer is shown, so that an operator finds it. */
export interface TimerListing {
  /** Shows a timer. The one before it has been removed. */
  add(handle: unknown): void;
  /** Removes the timer that was shown last, if it still is. */
  remove(): void;
}

/** Who is woken by it. */
export interface TimerOwner {
  /** Called after at most five minutes: decides by the clock whether anything is due yet. */
  onTimer(): void;
}

const UNLISTED: TimerListing = { add() {}, remove() {} };

/**
 * The longest single sleep. Well under the 2^31-1 ms beyond which `setTimeout` fires at once, and short enough that a
 * clock set forward or a resumed machine is noticed within minutes even where nobody calls.
 */
const MAX_STEP_MS = 300_000;

/**
 * One timer of one account. It does not keep the process alive. If it fires late or was cleared by the application, the
 * next call refreshes; so a timer that callers wait for is not listed, where the application could clear it.
 */
export class RefreshTimer {
  readonly #clock: Clock;
  readonly #listing: TimerListing;
  readonly #owner: TimerOwner;
  #timer: Timer | undefined;

  constructor(clock: Clock, owner: TimerOwner, listing: TimerListing = UNLISTED) {
    this.#clock = clock;
    this.#owner = owner;
    this.#listing = listing;
  }

  get isArmed(): boolean {
    return this.#timer !== undefined;
  }

  arm(delayMs: number, visibility: 'listed' | 'unlisted' = 'listed'): void {
    this.cancel();
    this.#timer = this.#clock.setTimer(
      () => {
        this.cancel();
        this.#owner.onTimer();
      },
      Math.min(MAX_STEP_MS, Math.max(0, Math.ceil(delayMs))),
    );
    if (visibility === 'listed') this.#listing.add(this.#timer.handle);
  }

  cancel(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#listing.remove();
  }
}
