import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { GuardedStore, type StoreOperationResult, StoreUnavailable } from './guarded-store.js';
import type { TokenStore } from './token-store.js';

function measured(store: Partial<TokenStore> = {}) {
  const clock = new FakeClock();
  const told: StoreOperationResult[] = [];
  const guarded = new GuardedStore({
    store: { get: async () => 'value', set: async () => true, ttlMs: async () => 1_000, ...store },
    clock,
    onChange: () => {},
    onOperation: (result) => told.push(result),
  });
  return { clock, told, guarded };
}

describe('operations on a guarded store', () => {
  it('are reported by name, and their answers are passed on', async () => {
    const { guarded, told } = measured();
    expect(await guarded.run((store) => store.get('key'))).toBe('value');
    expect(await guarded.run((store) => store.set('key', 'value', { ttlMs: 1, ifAbsent: true }))).toBe(true);
    expect(await guarded.run((store) => store.ttlMs('key'))).toBe(1_000);
    expect(told).toEqual([
      { operation: 'get', durationMs: 0, failure: undefined },
      { operation: 'set', durationMs: 0, failure: undefined },
      { operation: 'ttl', durationMs: 0, failure: undefined },
    ]);
  });

  it('hand on everything that a key is set with', async () => {
    const given: unknown[] = [];
    const { guarded } = measured({ set: async (...args) => given.push(args) > 0 });
    await guarded.run((store) => store.set('key', 'value', { ttlMs: 7, ifAbsent: true }));
    expect(given).toEqual([['key', 'value', { ttlMs: 7, ifAbsent: true }]]);
  });

  it('that are late or fail are reported as such; those that the breaker stops are not reported', async () => {
    const { guarded, told, clock } = measured({
      get: () => new Promise(() => {}),
      set: () => {
        throw new Error('OOM command not allowed');
      },
    });
    const late = expect(guarded.run((store) => store.get('key'))).rejects.toBeInstanceOf(StoreUnavailable);
    await clock.advance(250);
    await late;
    await expect(guarded.run((store) => store.ttlMs('key'))).rejects.toBeInstanceOf(StoreUnavailable);
    await clock.advance(5_000);
    await expect(guarded.run((store) => store.set('key', 'v', { ttlMs: 1 }))).rejects.toBeInstanceOf(StoreUnavailable);
    expect(told).toEqual([
      { operation: 'get', durationMs: 250, failure: 'timeout' },
      { operation: 'set', durationMs: 0, failure: 'store_error' },
    ]);
  });
});
