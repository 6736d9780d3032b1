import { describe, expect, it } from '@jest/globals';
import { minimumIntervalMs, refreshWindow } from './refresh-schedule.js';

const HOUR = 3_600_000;
const usual = { refreshAt: 0.9, requestMs: 200, random: 0 };

describe('the window of a token', () => {
  it.each([
    { lifetimeMs: 1_000, serveForMs: 800, refreshAfterMs: 600 },
    { lifetimeMs: 5_000, serveForMs: 4_800, refreshAfterMs: 4_500 },
    { lifetimeMs: 20_000, serveForMs: 19_600, refreshAfterMs: 18_000 },
    { lifetimeMs: HOUR / 2, serveForMs: HOUR / 2 - 30_000, refreshAfterMs: 0.9 * (HOUR / 2) },
    { lifetimeMs: HOUR, serveForMs: HOUR - 30_000, refreshAfterMs: 0.9 * HOUR },
    { lifetimeMs: 720 * HOUR, serveForMs: 720 * HOUR - 30_000, refreshAfterMs: 648 * HOUR },
  ])(
    'of $lifetimeMs ms: served for $serveForMs ms, renewed after $refreshAfterMs ms',
    ({ lifetimeMs, ...expected }) => {
      expect(refreshWindow({ ...usual, lifetimeMs })).toEqual(expected);
    },
  );

  it('takes up to 5 % of the life off as jitter', () => {
    expect(refreshWindow({ ...usual, lifetimeMs: HOUR, random: 1 }).refreshAfterMs).toBeCloseTo(0.85 * HOUR);
    expect(refreshWindow({ ...usual, lifetimeMs: HOUR, random: 0.5 }).refreshAfterMs).toBeCloseTo(0.875 * HOUR);
  });

  it('leaves at least the time one request takes before the end', () => {
    const { serveForMs, refreshAfterMs } = refreshWindow({ ...usual, lifetimeMs: 20_000, requestMs: 3_000 });
    expect(serveForMs).toBe(17_000);
    expect(refreshAfterMs).toBe(14_000);
  });

  it('never gives up more than half of a life, and never renews before the token is there', () => {
    expect(refreshWindow({ ...usual, lifetimeMs: 1_000, requestMs: 900 })).toEqual({
      serveForMs: 500,
      refreshAfterMs: 0,
    });
  });
});

describe('the floor between two requests', () => {
  it.each([
    [undefined, 250],
    [1_000, 250],
    [2_500, 250],
    [10_000, 1_000],
    [20_000, 2_000],
    [50_000, 5_000],
    [HOUR, 5_000],
  ])('after a life of %s ms is %d ms', (lifetimeMs, floorMs) => {
    expect(minimumIntervalMs(lifetimeMs)).toBe(floorMs);
  });
});
