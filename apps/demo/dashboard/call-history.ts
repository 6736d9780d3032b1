import type { CallInterval, FeedEntry } from '../src/dashboard/frames.js';

/** How far back the charts go, in seconds. */
export const SHOWN_SECONDS = 90;
/** A rate over one interval would be ragged: it is over the last whole second. */
const RATE_OVER_INTERVALS = 4;
/** Two intervals further apart than this have nothing known between them. */
const GAP_MS = 1_500;
const MAX_MARKS = 300;

/** A token request on the charts; `at` in seconds, as uPlot has it. */
export interface Mark {
  readonly at: number;
  readonly obtained: boolean;
}

type Column = (number | null)[];

/** What the charts draw: a bounded window of what the server told. */
export class CallHistory {
  readonly seconds: number[] = [];
  readonly answered: Column = [];
  readonly failed: Column = [];
  readonly median: Column = [];
  readonly slowest: Column = [];
  marks: Mark[] = [];
  #recent: CallInterval[] = [];

  clear(): void {
    for (const column of this.#columns) column.length = 0;
    this.marks = [];
    this.#recent = [];
  }

  add(interval: CallInterval): void {
    const last = this.#recent.at(-1);
    if (last !== undefined && interval.at - last.at > GAP_MS) {
      this.#push(last.at + 1, null, null, null, null);
      this.#recent = [];
    }
    this.#recent = [...this.#recent, interval].slice(-RATE_OVER_INTERVALS - 1);
    const { medianMs = null, slowestMs = null } = interval;
    this.#push(interval.at, this.#rate('answered'), this.#rate('failed') || null, medianMs, slowestMs);
    this.#forget(interval.at / 1_000 - SHOWN_SECONDS);
  }

  note({ type, at }: FeedEntry): void {
    if (type !== 'acquired' && type !== 'refresh_failed') return;
    this.marks.push({ at: at / 1_000, obtained: type === 'acquired' });
    if (this.marks.length > MAX_MARKS) this.marks.shift();
  }

  /** A second's worth, by the time that really passed; unknown for the first interval, whose begin nobody told. */
  #rate(of: 'answered' | 'failed'): number | null {
    const [first, ...others] = this.#recent;
    const last = others.at(-1);
    if (first === undefined || last === undefined) return null;
    const count = others.reduce((total, one) => total + one[of], 0);
    return (count * 1_000) / (last.at - first.at);
  }

  #push(at: number, ...values: [number | null, number | null, number | null, number | null]): void {
    this.seconds.push(at / 1_000);
    [this.answered, this.failed, this.median, this.slowest].forEach((column, index) => {
      column.push(values[index] ?? null);
    });
  }

  #forget(before: number): void {
    const kept = this.seconds.findIndex((at) => at >= before);
    // Not at every turn: a few points more or less outside the window are not seen.
    if (kept > 40) for (const column of this.#columns) column.splice(0, kept);
    this.marks = this.marks.filter(({ at }) => at >= before);
  }

  get #columns(): Column[] {
    return [this.seconds, this.answered, this.failed, this.median, this.slowest];
  }
}
