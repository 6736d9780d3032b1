import type { Clock, Timer } from '../../libs/conta-simples-auth/src/support/clock.js';

/** The clock of another machine: time passes as on the first, its wall clock is off by `skewMs`. */
export class SkewedClock implements Clock {
  skewMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock, skewMs: number) {
    this.#clock = clock;
    this.skewMs = skewMs;
  }

  now(): number {
    return this.#clock.now() + this.skewMs;
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  random(): number {
    return this.#clock.random();
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    return this.#clock.setTimer(callback, delayMs);
  }

  nextTurn(callback: () => void): void {
    this.#clock.nextTurn(callback);
  }
}
