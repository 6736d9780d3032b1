import { describe, expect, it } from '@jest/globals';
import { checkGuide } from './guide.js';
import { simulateFleet } from './simulate-fleet.js';
import { requestsTable, storeTable } from './tables.js';

/* Fleets on the fake clock: the real keeper and the real sharing, a store and a token endpoint that are only simulated. */

const isUpdate = process.env.UPDATE_DOCS === '1';

describe('a simulated fleet', () => {
  it('makes one request when it starts, and 10 to 13 in ten lives', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const scenario = { replicas: 100, accounts: 1, shared: true, seed };
      const cold = await simulateFleet({ ...scenario, lives: 0.5 });
      expect(cold).toMatchObject({ requests: 1, without: 0 });
      expect(cold.allServedMs).toBeLessThan(1_000);
      const { requests, without } = await simulateFleet({ ...scenario, lives: 10 });
      expect(requests).toBeGreaterThanOrEqual(10);
      expect(requests).toBeLessThanOrEqual(13);
      expect(without).toBe(0);
    }
  });

  it('makes no token live longer where the store carries out writes late', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const scenario = { replicas: 20, accounts: 2, shared: true, seed, lives: 6, lateShare: 0.3 };
      const { overlongTokens, requests, without } = await simulateFleet(scenario);
      expect({ seed, overlongTokens, without }).toEqual({ seed, overlongTokens: 0, without: 0 });
      // Two accounts in six lives; each late write costs one renewal more at most, of every replica at the worst.
      expect(requests).toBeLessThan(20 * 2 * 7);
    }
  });

  it('comes to the same twice', async () => {
    const scenario = { replicas: 30, accounts: 3, shared: true, seed: 7, lives: 3 };
    expect(await simulateFleet(scenario)).toEqual(await simulateFleet(scenario));
  });
});

describe('the guide to fleets', () => {
  it('says how many token requests to expect', async () => {
    checkGuide('requests', await requestsTable(), isUpdate);
  });

  it('says how fast a store has to be', async () => {
    checkGuide('store', await storeTable(), isUpdate);
  });
});
