import type { Clock } from '../support/clock.js';
import type { StoreOperationName } from './checked-store.js';

/** Called when the store stops working, and when it works again. */
export type StoreChangeListener = (state: 'unavailable' | 'recovered', reason: string) => void;

const MIN_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 30_000;
/** A store that fails this soon after it recovered is unstable. */
const UNSTABLE_WITHIN_MS = 60_000;
const MAX_STABLE_MS = 600_000;

/**
 * Stops using a store after a failure, for a pause that doubles, and reports each change once. A store that answers reads
 * but fails writes has not recovered because a read succeeds: each operation that failed has to succeed again.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #onChange: StoreChangeListener;
  /** Operations that failed and have not succeeded since. Not empty: the store is reported as unavailable. */
  readonly #failing = new Set<StoreOperationName>();
  #isDown = false;
  #openUntil = Number.NEGATIVE_INFINITY;
  #pauseMs = MIN_PAUSE_MS;
  #recoveredAt = Number.NEGATIVE_INFINITY;
  /** How long an unstable store has to work before it is reported as recovered. */
  #stableMs = 0;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, onChange: StoreChangeListener) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Whether an operation that starts at this moment is not sent. True as well for one that started before the failure. */
  isOpen(startedAt: number): boolean {
    return startedAt < this.#openUntil;
  }

  failed(operation: StoreOperationName, startedAt: number, reason: string): void {
    // An operation that started before the breaker opened belongs to the failure that opened it.
    if (this.isOpen(startedAt)) return;
    const now = this.#clock.monotonic();
    this.#failing.add(operation);
    this.#failedAt = now;
    this.#openUntil = now + this.#pauseMs * (0.8 + 0.2 * this.#clock.random());
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
    if (this.#isDown) return;
    this.#isDown = true;
    const isUnstable = now - this.#recoveredAt < UNSTABLE_WITHIN_MS;
    this.#stableMs = isUnstable ? Math.min(MAX_STABLE_MS, Math.max(UNSTABLE_WITHIN_MS, 2 * this.#stableMs)) : 0;
    this.#onChange('unavailable', reason);
  }

  succeeded(operation: StoreOperationName, startedAt: number): void {
    if (!this.#isDown || this.isOpen(startedAt)) return;
    this.#failing.delete(operation);
    if (this.#failing.size > 0 || startedAt < this.#failedAt + this.#stableMs) return;
    this.#isDown = false;
    this.#pauseMs = MIN_PAUSE_MS;
    this.#recoveredAt = this.#clock.monotonic();
    this.#onChange('recovered', 'it answers again');
  }
}
