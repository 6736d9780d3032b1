import { afterEach, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { MemoryStore } from '@support/memory-store.js';

afterEach(closeAll);

const start = (settings: object) =>
  boot({ options: { bootstrap: 'lazy', requestTimeoutMs: 2_000, store: Object.assign(new MemoryStore(), settings) } });

it.each([
  ['leaseMs', 1_999],
  ['leaseMs', 600_001],
  ['leaseMs', '5000'],
  ['commandTimeoutMs', 9],
  ['commandTimeoutMs', 10_001],
  ['keyPrefix', ''],
  ['keyPrefix', 'two words'],
  ['keyPrefix', 'x'.repeat(101)],
  ['get', undefined],
  ['set', 'a string'],
  ['ttlMs', null],
])('a store whose %s is %j is refused at the start', async (name, value) => {
  await expect(start({ [name]: value })).rejects.toMatchObject({
    kind: 'configuration',
    message: expect.stringMatching(new RegExp(`store.*${name}|${name} of the store`)),
  });
});

it('the settings of a store are used: prefix, lease and deadline', async () => {
  const keys: string[] = [];
  const leases: number[] = [];
  const store = new MemoryStore();
  const { tokens } = await boot({
    options: {
      bootstrap: 'lazy',
      store: {
        get: (key) => store.get(key),
        ttlMs: (key) => store.ttlMs(key),
        set: (key, value, options) => {
          keys.push(key);
          if (options.ifAbsent) leases.push(options.ttlMs);
          return store.set(key, value, options);
        },
        keyPrefix: 'shop',
        leaseMs: 9_000,
      },
    },
  });
  await tokens.getToken();
  expect(keys.every((key) => key.startsWith('shop:{'))).toBe(true);
  expect(leases).toEqual([9_000]);
});
