import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CallStatistics } from './call-statistics.js';

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the statistics of calls', () => {
  it('count and time an interval, and start anew with the next', () => {
    const statistics = new CallStatistics();
    for (const latencyMs of [30, 10, 20.04]) statistics.answered(latencyMs);
    statistics.failed(500, { withoutToken: false });
    statistics.failed(1, { withoutToken: true });
    expect(statistics.cut()).toEqual({ at: 1_000_000, answered: 3, failed: 2, medianMs: 20, slowestMs: 500 });
    expect(statistics.cut()).toEqual({ at: 1_000_000, answered: 0, failed: 0 });
    expect(statistics.totals).toEqual({ answered: 3, failed: 2, failedWithoutToken: 1 });
  });

  it('keep a minute and a half of ten minutes at 200 calls a second, and count all of them', () => {
    const statistics = new CallStatistics();
    for (let interval = 0; interval < 10 * 60 * 4; interval++) {
      for (let call = 0; call < 50; call++) statistics.answered(25);
      jest.advanceTimersByTime(250);
      statistics.cut();
    }
    expect(statistics.history).toHaveLength(360);
    expect(statistics.history.at(-1)?.at).toBe(1_600_000);
    expect(statistics.totals.answered).toBe(120_000);
  });
});
