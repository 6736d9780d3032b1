import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { ClockedStore } from '@support/clocked-store.js';
import { FakeClock } from '@support/fake-clock.js';
import { watch } from '@support/keeper-harness.js';
import { MemoryStore } from '@support/memory-store.js';
import { ClockedEndpoint, SharedProcess } from '@support/shared-process.js';
import { stopwatch } from '@support/stopwatch.js';
import type { TokenStore } from 'nestjs-conta-simples-auth';

/* Stores that break their contract: an application may give us any object with three methods. */

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));
afterEach(closeAll);

/** Answers of any type, under the name that a test shows. */
const ANSWERS: Readonly<Record<string, () => unknown>> = {
  undefined: async () => undefined,
  null: async () => null,
  'a number': async () => 42,
  'not a number': async () => Number.NaN,
  'a negative number': async () => -1,
  'a big integer': async () => 1n,
  true: async () => true,
  false: async () => false,
  'an empty string': async () => '',
  OK: async () => 'OK',
  'a string': async () => 'held',
  'a huge string': async () => 'x'.repeat(1_000_000),
  'a Buffer': async () => Buffer.from('held'),
  'an object': async () => ({ value: 'held' }),
  'an object that throws': async () => new Proxy({}, { get: throws, getPrototypeOf: throws, has: throws }),
  'a symbol': async () => Symbol('held'),
  'a function': async () => () => {},
  'no promise': () => 'held',
  'no promise, nothing': () => undefined,
  'a thenable that throws': () => thenable(throws),
  'a thenable whose then cannot be read': () => Object.defineProperty({}, 'then', { get: throws }),
  'a thenable that settles twice': () => thenable(twice),
  'an exception': throws,
  'a rejection': () => Promise.reject(new Error('no')),
  'a rejection without a reason': () => Promise.reject(undefined),
  'a rejection with a string': () => Promise.reject('no'),
  'a rejection with an object that throws': () =>
    Promise.reject(new Proxy({}, { get: throws, getPrototypeOf: throws, has: throws })),
  'a rejection with an error that throws': () =>
    Promise.reject(Object.defineProperties(new Error('no'), { message: { get: throws }, code: { get: throws } })),
  nothing: () => new Promise(() => {}),
  'a rejection that is late': () => new Promise((_resolve, reject) => setTimeout(reject, 400, new Error('late'))),
};

/** Written so, since the linter takes such objects for a mistake, which they are. */
function thenable(then: unknown) {
  return Object.fromEntries([['then', then]]);
}

function throws(): never {
  throw new Error('a store that throws');
}

function twice(resolve: (value: unknown) => void, reject: (reason: unknown) => void) {
  resolve('held');
  reject(new Error('twice'));
}

/** A store that works, but for what it answers to some operations. */
function broken(operations: readonly ('get' | 'set' | 'ttlMs')[], answer: () => unknown): TokenStore {
  const store = new MemoryStore();
  return Object.assign(store, Object.fromEntries(operations.map((operation) => [operation, answer])));
}

describe.each([['get'], ['set'], ['ttlMs'], ['get', 'set'], ['get', 'set', 'ttlMs']] as const)(
  'a store whose %s',
  (...operations) => {
    it.each(Object.keys(ANSWERS))('answers with %s delays one token by 500 ms at most', async (name) => {
      const clock = new FakeClock();
      const endpoint = new ClockedEndpoint(clock);
      endpoint.latencyMs = 0;
      const store = broken(operations, ANSWERS[name] ?? throws);
      const process = new SharedProcess(clock, store, endpoint);
      for (const account of ['one', 'two']) {
        const outcome = watch(process.obtain(account));
        await clock.advance(account === 'one' ? 500 : 0);
        expect(outcome.value).toMatchObject({ ok: true });
      }
      expect(endpoint.asked).toEqual(['one', 'two']);
    });
  },
);

it.each([
  'undefined',
  'a number',
  'a Buffer',
  'no promise',
  'an exception',
  'a rejection with an object that throws',
  'a thenable whose then cannot be read',
  'nothing',
])('an application with a store that answers with %s has its tokens at once', async (name) => {
  const store = broken(['get', 'set', 'ttlMs'], ANSWERS[name] ?? throws);
  const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy', store } });
  const elapsedMs = stopwatch();
  await tokens.getToken();
  expect(elapsedMs()).toBeLessThan(500);
  expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
});

describe('a store without a method at the moment of use', () => {
  it('delays no token', async () => {
    const store = new MemoryStore();
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy', store } });
    Object.assign(store, { get: undefined, set: null, ttlMs: 5 });
    await tokens.getToken();
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
  });

  it.each(['get', 'keyPrefix', 'leaseMs', 'commandTimeoutMs'])(
    'whose %s throws is refused at the start',
    async (name) => {
      const store = Object.defineProperty(new MemoryStore(), name, { get: throws });
      await expect(boot({ options: { store } })).rejects.toMatchObject({ kind: 'configuration' });
    },
  );
});

describe('a store that answers in a custom addRequest', () => {
  it.each([
    ['undefined', () => undefined],
    ['OK and null', (wasSet: boolean) => (wasSet ? 'OK' : null)],
    ['1 and 0', (wasSet: boolean) => (wasSet ? 1 : 0)],
  ])('to set(), %s, shares its tokens all the same', async (_name, answer) => {
    const store = new MemoryStore();
    const set = store.set.bind(store);
    Object.assign(store, { set: async (...args: Parameters<typeof set>) => answer(await set(...args)) });
    const one = await boot({ options: { bootstrap: 'lazy', store }, emulator: { latencyMs: { token: 100 } } });
    const options = { bootstrap: 'lazy' as const, store, baseUrl: one.emulator.baseUrl };
    const two = await boot({ options });
    const tokens = await Promise.all([one.tokens.getToken(), two.tokens.getToken()]);
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(1);
    expect(one.emulator.counts.token.total).toBe(1);
  });
});

it('a store whose reads lag behind its writes, as those of a replica do, shares its tokens', async () => {
  const clock = new FakeClock();
  const endpoint = new ClockedEndpoint(clock);
  const store = new ClockedStore(clock);
  const set = store.set.bind(store);
  let isBehind = true;
  const lagging = Object.assign(store, {
    get: async (key: string) =>
      isBehind && key.endsWith(':lease') ? null : ClockedStore.prototype.get.call(store, key),
    set: async (...args: Parameters<typeof set>) => {
      clock.setTimer(() => (isBehind = false), 30);
      return set(...args);
    },
  });
  const processes = [1, 2, 3].map(() => new SharedProcess(clock, lagging, endpoint));
  const outcomes = processes.map((process) => watch(process.obtain()));
  await clock.advance(2_000);
  expect(outcomes.map(({ value }) => value?.ok)).toEqual([true, true, true]);
  expect(endpoint.asked).toHaveLength(1);
});

it('none of them leaves a rejection that no one handles', async () => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(unhandled).toEqual([]);
});
