import { describe, expect, it } from '@jest/globals';
import { simulate } from './run.js';

/*
 * A failing seed is printed with its life; it can be run alone:
 *   SIMULATION_SEED=<seed> npm run test:slow -- simulation
 */
const only = process.env.SIMULATION_SEED;

/** Short lives mean many renewals a day, so they get fewer days for the same work. */
const CLIMATES = [
  { lifeSeconds: 1_800, daysEach: 10, seeds: 45 },
  { lifeSeconds: 3_600, daysEach: 10, seeds: 20 },
  { lifeSeconds: 30 * 86_400, daysEach: 100, seeds: 4 },
  { lifeSeconds: 60, daysEach: 1, seeds: 10 },
  { lifeSeconds: 5, daysEach: 0.2, seeds: 10 },
];

const totals = { days: 0, calls: 0, served: 0, refused: 0, requests: 0 };
const startedAt = Date.now();

describe('a token kept through bad weather, odd clocks and restless callers', () => {
  it.each(CLIMATES)('keeps every promise with lives of $lifeSeconds s', async ({ lifeSeconds, daysEach, seeds }) => {
    const violations: string[] = [];
    const first = only === undefined ? 1 : Number(only);
    const last = only === undefined ? seeds : first;
    for (let seed = first; seed <= last; seed++) {
      const report = await simulate(seed, daysEach, lifeSeconds);
      violations.push(...report.violations);
      totals.days += report.virtualDays;
      totals.calls += report.calls;
      totals.served += report.served;
      totals.refused += report.refusedCalls;
      totals.requests += report.tokenRequests;
    }
    expect(violations).toEqual([]);
  });

  it('covers at least 1,000 virtual days, most of whose calls are served', () => {
    console.log(`Simulated ${JSON.stringify(totals)} in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
    if (only === undefined) expect(totals.days).toBeGreaterThanOrEqual(1_000);
    expect(totals.served).toBeGreaterThan(0.5 * totals.calls);
  });

  it('runs the same twice', async () => {
    expect(await simulate(1, 3, 1_800)).toEqual(await simulate(1, 3, 1_800));
  });
});
