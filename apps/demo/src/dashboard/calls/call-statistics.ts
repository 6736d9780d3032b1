import { Injectable } from '@nestjs/common';
import type { CallInterval } from '../frames.js';
import { Ring } from '../ring.js';

/** 90 seconds at four intervals a second. */
const KEPT_INTERVALS = 360;
/** Further calls in one interval are counted, but not timed. */
const TIMED_CALLS = 1_000;

/** Counts and times the demo's calls per interval. */
@Injectable()
export class CallStatistics {
  readonly #history = new Ring<CallInterval>(KEPT_INTERVALS);
  #answered = 0;
  #failed = 0;
  #latenciesMs: number[] = [];
  #totalAnswered = 0;
  #totalFailed = 0;
  #failedWithoutToken = 0;

  answered(latencyMs: number): void {
    this.#answered++;
    this.#totalAnswered++;
    this.#time(latencyMs);
  }

  failed(latencyMs: number, { withoutToken }: { withoutToken: boolean }): void {
    this.#failed++;
    this.#totalFailed++;
    if (withoutToken) this.#failedWithoutToken++;
    this.#time(latencyMs);
  }

  /** Ends the interval and starts the next one. */
  cut(): CallInterval {
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const interval: CallInterval = {
      at: Date.now(),
      answered: this.#answered,
      failed: this.#failed,
      medianMs: rounded(sorted[Math.floor(sorted.length / 2)]),
      slowestMs: rounded(sorted.at(-1)),
    };
    this.#answered = 0;
    this.#failed = 0;
    this.#latenciesMs = [];
    this.#history.push(interval);
    return interval;
  }

  get totals() {
    return {
      answered: this.#totalAnswered,
      failed: this.#totalFailed,
      failedWithoutToken: this.#failedWithoutToken,
    };
  }

  get history(): CallInterval[] {
    return this.#history.toArray();
  }

  #time(latencyMs: number): void {
    if (this.#latenciesMs.length < TIMED_CALLS) this.#latenciesMs.push(latencyMs);
  }
}

function rounded(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 10) / 10;
}
