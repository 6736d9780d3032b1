import type { Clock, Timer } from './clock.js';

/** Timers set within this time for one moment are one; the last of them fires up to so much early. */
const SAME_MOMENT_MS = 1;

/** Called when the time has passed. An object and not a function, which would be one more object for each account. */
export interface TimerTarget {
  onTimer(): void;
}

export interface SharedTimer {
  readonly group: TimerGroup;
  /** `undefined` once it has fired or is cancelled. */
  target: TimerTarget | undefined;
}

/** Those that were set for the same moment. */
interface TimerGroup {
  /** By the monotonic clock. */
  readonly deadline: number;
  readonly members: SharedTimer[];
  /** How many were not cancelled. */
  count: number;
  timer: Timer | undefined;
}

/**
 * Timers of many accounts that are set for the same moments: ten thousand accounts whose callers begin to wait in one loop
 * need one timer for each millisecond, not one each. They keep the process alive.
 */
export class SharedTimers {
  readonly #clock: Clock;
  /** The last group, which the next timer joins if it is for the same moment. */
  #last: TimerGroup | undefined;
  /** A number for this turn of the event loop, if {@link SharedTimers.countTurn} was called in it. */
  turn = 0;
  #isNextTurnPlanned = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  /** Gives the next turn of the event loop another number. Within one, no time passes but that of the code. */
  countTurn(): number {
    if (!this.#isNextTurnPlanned) {
      this.#isNextTurnPlanned = true;
      this.#clock.nextTurn(() => {
        this.#isNextTurnPlanned = false;
        this.turn++;
      });
    }
    return this.turn;
  }

  /** Calls `target` once after `delayMs`. */
  set(target: TimerTarget, delayMs: number): SharedTimer {
    const deadline = this.#clock.monotonic() + delayMs;
    const last = this.#last;
    const isSame = last !== undefined && deadline >= last.deadline && deadline - last.deadline < SAME_MOMENT_MS;
    const group = isSame ? last : this.#begin(deadline, delayMs);
    const timer: SharedTimer = { group, target };
    group.members.push(timer);
    group.count++;
    return timer;
  }

  cancel(timer: SharedTimer): void {
    if (timer.target === undefined) return;
    timer.target = undefined;
    timer.group.count--;
    if (timer.group.count === 0) this.#end(timer.group);
  }

  #begin(deadline: number, delayMs: number): TimerGroup {
    const group: TimerGroup = { deadline, members: [], count: 0, timer: undefined };
    group.timer = this.#clock.setTimer(() => this.#fire(group), delayMs, { hold: true });
    this.#last = group;
    return group;
  }

  #fire(group: TimerGroup): void {
    this.#end(group);
    for (const timer of group.members) {
      const { target } = timer;
      timer.target = undefined;
      target?.onTimer();
    }
  }

  #end(group: TimerGroup): void {
    group.timer?.cancel();
    if (this.#last === group) this.#last = undefined;
  }
}
