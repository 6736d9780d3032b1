import { describe, expect, it } from '@jest/globals';
import { percentile, ratios, summary } from '../../bench/lib/statistics.mjs';
import { markdownTable } from '../../bench/lib/table.mjs';

describe('the figures of a benchmark', () => {
  it('are medians with quartiles, in any order', () => {
    expect(summary([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
  });

  it('lie between two values where no value is in the middle', () => {
    expect(percentile([10, 20, 30, 40], 0.5)).toBe(25);
    expect(percentile([0, 100], 0.99)).toBeCloseTo(99);
  });

  it('are nothing where nothing was measured', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('of one round are those of the round', () => {
    expect(summary([3])).toEqual({ median: 3, low: 3, high: 3 });
  });

  it('are compared within a round, so that a slow round slows both sides', () => {
    expect(ratios([2, 20], [1, 10])).toEqual([2, 2]);
  });

  it('stand in columns, to the right, and letters count once each, not by their bytes', () => {
    expect(markdownTable(['name', 'time'], [['é', '12 µs']])).toBe(
      ['| name |  time |', '| ---- | ----: |', '| é    | 12 µs |'].join('\n'),
    );
  });
});
