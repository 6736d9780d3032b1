import type { Clock, Timer } from '../support/clock.js';
import { WaitingLine } from './waiting-line.js';

/** Each start reads credentials and derives keys: this many take a few milliseconds. */
const STARTS_PER_TURN = 32;

interface WaitingStart {
  readonly hasLeft: boolean;
  readonly start: () => void;
}

/** Spreads the starts of many token requests over turns of the event loop, so that it is not blocked. */
export class StartTurns {
  readonly #clock: Clock;
  readonly #line = new WaitingLine<WaitingStart>();
  #started = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `undefined` where a request may start at once. */
  next(): Promise<void> | undefined {
    if (this.#started < STARTS_PER_TURN) {
      this.#started++;
      return undefined;
    }
    this.#timer ??= this.#armTurn();
    return new Promise((start) => this.#line.push({ hasLeft: false, start }));
  }

  #armTurn(): Timer {
    return this.#clock.setTimer(() => {
      this.#timer = undefined;
      this.#started = 0;
      for (let next = this.#shift(); next !== undefined; next = this.#shift()) next.start();
      if (this.#line.first !== undefined) this.#timer = this.#armTurn();
    }, 0);
  }

  #shift(): WaitingStart | undefined {
    if (this.#started >= STARTS_PER_TURN) return undefined;
    const next = this.#line.shift();
    if (next !== undefined) this.#started++;
    return next;
  }
}
