import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ContaSimplesHttpService } from 'nestjs-conta-simples-auth';
import { NEVER, type Observable, of } from 'rxjs';
import { Backend } from '../../backend/backend.js';
import type { EmulatedBackend } from '../../backend/emulated-backend.js';
import { CallStatistics } from './call-statistics.js';
import { LoadGenerator } from './load-generator.js';

const EMULATED = {} as EmulatedBackend;

function loadOn(answer: Observable<unknown>, backend = new Backend(EMULATED, ['default', 'matriz'])) {
  const called = new Map<string, number>();
  const forAccount = (account: string) => ({
    get: () => {
      called.set(account, (called.get(account) ?? 0) + 1);
      return answer;
    },
  });
  const http = Object.create(ContaSimplesHttpService.prototype, { forAccount: { value: forAccount } });
  const statistics = new CallStatistics();
  const load = new LoadGenerator(backend, http as ContaSimplesHttpService, statistics);
  return { load, statistics, called };
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the load', () => {
  it('is steady, and spread over the accounts', async () => {
    const { load, statistics, called } = loadOn(of({ data: {} }));
    load.setRate(200);
    load.start();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(statistics.totals).toMatchObject({ answered: 2_000, failed: 0 });
    expect(Object.fromEntries(called)).toEqual({ default: 1_000, matriz: 1_000 });
    load.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(statistics.totals.answered).toBe(2_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('makes no further calls while 300 wait for an answer', async () => {
    const { load } = loadOn(NEVER);
    load.setRate(200);
    load.start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(load.view).toEqual({ callsPerSecond: 200, inFlight: 300 });
    load.stop();
  });

  it('is off with real credentials until the user chooses a load, and one call a second then', async () => {
    const { load, statistics } = loadOn(of({ data: {} }), new Backend(undefined, ['default']));
    load.start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(statistics.totals.answered).toBe(0);
    expect(() => load.setRate(50)).toThrow('callsPerSecond must be one of 0, 1');
    load.setRate(1);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(statistics.totals.answered).toBe(60);
    load.stop();
  });

  it.each([[-1], [Number.NaN], ['50'], [1e9], [undefined]])('cannot be %p', (rate) => {
    const { load } = loadOn(NEVER);
    expect(() => load.setRate(rate)).toThrow('callsPerSecond must be one of 0, 5, 50, 200');
  });
});
