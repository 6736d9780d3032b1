import type { Clock } from './clock.js';

/** Entries at the front that are no longer needed are removed this many at a time. */
const COMPACT_AT = 1_024;

/** First in, first out. Each operation takes constant time on average; entries that have left are skipped. */
export class WaitingLine<T extends { readonly hasLeft: boolean }> {
  #waiting: T[] = [];
  #head = 0;

  push(waiting: T): void {
    this.#waiting.push(waiting);
  }

  get first(): T | undefined {
    while (this.#waiting[this.#head]?.hasLeft) this.#dropHead();
    return this.#waiting[this.#head];
  }

  shift(): T | undefined {
    const first = this.first;
    if (first !== undefined) this.#dropHead();
    return first;
  }

  #dropHead(): void {
    this.#head++;
    const isEmpty = this.#head === this.#waiting.length;
    if (!isEmpty && (this.#head < COMPACT_AT || this.#head * 2 < this.#waiting.length)) return;
    this.#waiting = isEmpty ? [] : this.#waiting.slice(this.#head);
    this.#head = 0;
  }
}

/** Each start reads credentials and derives keys: this many take a millisecond or two, also while garbage is collected. */
const STARTS_PER_TURN = 8;

/** What waits for its turn. An object and not a function, which would be one more object for each account. */
export interface TurnTarget {
  /** Whether it waits no more. */
  readonly hasLeft: boolean;
  onTurn(): void;
}

/** Spreads the starts of many token requests over turns of the event loop, so that it is not blocked. */
export class StartTurns {
  readonly #clock: Clock;
  readonly #inContext: (work: () => void) => void;
  readonly #line = new WaitingLine<TurnTarget>();
  #started = 0;
  #isTurnPlanned = false;

  /** `inContext` runs the starts; entering it once for each turn costs less than once for each start. */
  constructor(clock: Clock, inContext: (work: () => void) => void) {
    this.#clock = clock;
    this.#inContext = inContext;
  }

  /** Calls `onTurn()` at once, or in a later turn of the event loop. */
  add(target: TurnTarget): void {
    this.#planTurn();
    if (this.#started >= STARTS_PER_TURN) {
      this.#line.push(target);
      return;
    }
    this.#started++;
    this.#inContext(() => target.onTurn());
  }

  #planTurn(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    this.#clock.nextTurn(() => this.#begin());
  }

  #begin(): void {
    this.#isTurnPlanned = false;
    this.#started = 0;
    if (this.#line.first === undefined) return;
    this.#planTurn();
    this.#inContext(() => {
      for (let next = this.#shift(); next !== undefined; next = this.#shift()) next.onTurn();
    });
  }

  #shift(): TurnTarget | undefined {
    if (this.#started >= STARTS_PER_TURN) return undefined;
    const next = this.#line.shift();
    if (next !== undefined) this.#started++;
    return next;
  }
}
