import { describe, expect, it } from '@jest/globals';
import { CallHistory } from '../../apps/demo/dashboard/call-history.js';
import type { FeedEntry } from '../../apps/demo/src/dashboard/frames.js';

const START = 1_800_000_000_000;
const interval = (at: number, answered = 50, failed = 0) => ({ at, answered, failed, medianMs: 25, slowestMs: 40 });
const event = (type: string, at: number): FeedEntry => ({ id: at, type, account: 'matriz', at, count: 1 });

describe('what the charts draw', () => {
  it('is bounded after ten minutes at 200 calls a second', () => {
    const history = new CallHistory();
    for (let at = START; at < START + 600_000; at += 250) {
      history.add(interval(at));
      history.note(event('acquired', at));
    }
    expect(history.seconds.length).toBeLessThanOrEqual(90 * 4 + 41);
    expect(history.seconds.length).toBeGreaterThanOrEqual(90 * 4);
    for (const column of [history.answered, history.failed, history.median, history.slowest]) {
      expect(column).toHaveLength(history.seconds.length);
    }
    expect(history.marks.length).toBeLessThanOrEqual(300);
  });

  it('is a rate over the elapsed time, also with late frames', () => {
    const history = new CallHistory();
    for (const [at, answered] of [
      [0, 50],
      [250, 50],
      [650, 80],
      [900, 50],
      [1_150, 50],
    ] as const) {
      history.add(interval(START + at, answered));
    }
    expect(history.answered).toEqual([null, 200, 200, 200, 200]);
    expect(history.failed.every((value) => value === null)).toBe(true);
  });

  it('has a gap where nothing is known', () => {
    const history = new CallHistory();
    history.add(interval(START));
    history.add(interval(START + 250));
    history.add(interval(START + 60_000));
    history.add(interval(START + 60_250));
    expect(history.answered).toEqual([null, 200, null, null, 200]);
  });

  it('marks token requests, those that failed too, and nothing else', () => {
    const history = new CallHistory();
    for (const type of ['acquired', 'refresh_failed', 'degraded', 'replayed', 'recovered']) {
      history.note(event(type, START));
    }
    expect(history.marks.map(({ obtained }) => obtained)).toEqual([true, false]);
  });
});
