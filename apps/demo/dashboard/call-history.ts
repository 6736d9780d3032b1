import type { CallInterval, FeedEntry } from '../src/dashboard/frames.js';

/** How far back the charts go, in seconds. */
export const SHOWN_SECONDS = 90;
/** The rate is over the last second; over one interval it would vary too much. */
const RATE_OVER_INTERVALS = 4;
/** Intervals further apart than this have a gap between them. */
const GAP_MS = 1_500;
const MAX_MARKS = 300;

/** A token request on the charts; `at` in seconds, as in uPlot. */
export interface Mark {
  readonly at: number;
  readonly obtained: boolean;
}

type Column = (number | null)[];

/** The data of the charts: a bounded window of the server's frames. */
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

  /** The rate per second over the elapsed time; unknown for the first interval, whose start is unknown. */
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
    // Not for every point: a few points outside the window are not visible.
    if (kept > 40) for (const column of this.#columns) column.splice(0, kept);
    this.marks = this.marks.filter(({ at }) => at >= before);
  }

  get #columns(): Column[] {
    return [this.seconds, this.answered, this.failed, this.median, this.slowest];
  }
}
