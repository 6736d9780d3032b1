import { requestFloorMs } from './refresh-window.js';

/** Keeps two requests of one account apart, whatever asks for them. */
export class RequestFloor {
  /** The life of the last token: what the interval goes by. */
  lastLifeMs: number | undefined;
  #until = Number.NEGATIVE_INFINITY;

  /** The earliest start of the next request, by the monotonic clock. */
  get until(): number {
    return this.#until;
  }

  requestStarted(at: number): void {
    this.#until = at + requestFloorMs(this.lastLifeMs);
  }

  tokenObtained(requestStartedAt: number, lifeMs: number): void {
    this.lastLifeMs = lifeMs;
    this.requestStarted(requestStartedAt);
  }

  waive(): void {
    this.#until = Number.NEGATIVE_INFINITY;
  }
}
