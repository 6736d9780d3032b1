import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { GuardedStore } from './guarded-store.js';
import type { TokenStore } from './token-store.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A store whose operations fail as told, used every second as by a busy process. */
function busy() {
  const clock = new FakeClock();
  const told: string[] = [];
  const failing = new Set<keyof TokenStore>();
  const answer = <T>(operation: keyof TokenStore, value: T) =>
    failing.has(operation) ? Promise.reject(new Error('READONLY You cannot write')) : Promise.resolve(value);
  const store: TokenStore = {
    get: () => answer('get', null),
    set: () => answer('set', true),
    ttlMs: () => answer('ttlMs', null),
  };
  const guarded = new GuardedStore({ store, clock, onChange: (state) => told.push(state) });
  const use = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += SECOND) {
      await guarded.run((client) => client.ttlMs('token')).catch(() => {});
      await guarded.run((client) => client.get('token')).catch(() => {});
      await guarded.set('lease', 'held', { ttlMs: 1_000, ifAbsent: true }).catch(() => {});
      await clock.advance(SECOND);
    }
  };
  return { told, failing, use };
}

describe('a store of which some operations fail', () => {
  it.each(['set', 'get', 'ttlMs'] as const)(
    'without an end (%s) is reported once, and so is its recovery',
    async (operation) => {
      const { told, failing, use } = busy();
      failing.add(operation);
      await use(10 * MINUTE);
      expect(told).toEqual(['unavailable']);
      failing.delete(operation);
      await use(2 * MINUTE);
      expect(told).toEqual(['unavailable', 'recovered']);
    },
  );

  it('and recover again and again, as in a cluster without one of its nodes, is reported a few times', async () => {
    const { told, failing, use } = busy();
    for (let round = 0; round < 60; round++) {
      failing.add('set');
      await use(2 * SECOND);
      failing.delete('set');
      await use(28 * SECOND);
    }
    expect(told.length).toBeLessThanOrEqual(3);
    await use(10 * MINUTE);
    expect(told.at(-1)).toBe('recovered');
  });

  it('is reported each time where it worked for minutes in between', async () => {
    const { told, failing, use } = busy();
    for (let round = 0; round < 3; round++) {
      failing.add('set');
      await use(MINUTE);
      failing.delete('set');
      await use(5 * MINUTE);
    }
    expect(told).toEqual(['unavailable', 'recovered', 'unavailable', 'recovered', 'unavailable', 'recovered']);
  });
});
