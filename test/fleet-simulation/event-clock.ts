import type { Clock, Timer } from '../../libs/conta-simples-auth/src/support/clock.js';
import { SeededRandom } from '../simulation/random.js';

interface Entry {
  readonly due: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** The fake clock for crowds: what falls due next is found in a heap, among hundreds of thousands of timers. */
export class EventClock implements Clock {
  readonly #random: SeededRandom;
  readonly #heap: Entry[] = [];
  #now = 0;
  #order = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  now(): number {
    return EPOCH + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  random(): number {
    return this.#random.next();
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const entry: Entry = { due: this.#now + delayMs, order: this.#order++, callback };
    this.#push(entry);
    // Left where it is: taking an entry out of the middle of a heap costs more than passing it over.
    const cancel = () => {
      entry.callback = undefined;
    };
    return { handle: entry, cancel };
  }

  nextTurn(callback: () => void): void {
    this.setTimer(callback, 0);
  }

  /** Lets time pass up to a moment; what a timer starts has settled before the next one fires. */
  async runUntil(end: number): Promise<void> {
    await settle();
    for (let next = this.#heap[0]; next !== undefined && next.due <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.callback === undefined) continue;
      this.#now = next.due;
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  #push(entry: Entry): void {
    let index = this.#heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = entry;
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let index = 0;
    for (;;) {
      const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (isBefore(last, below)) break;
      this.#heap[index] = below;
      index = 2 * index + (isRight ? 2 : 1);
    }
    this.#heap[index] = last;
  }
}

const EPOCH = Date.UTC(2026, 0, 1);

function isBefore(one: Entry, other: Entry): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}

/** Runs every microtask that is queued, however long the chain, without a turn of the event loop: a crowd takes millions. */
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
