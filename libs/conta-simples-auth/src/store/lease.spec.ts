import { describe, expect, it } from '@jest/globals';
import { ClockedStore } from '@support/clocked-store.js';
import { FakeClock } from '@support/fake-clock.js';
import { GuardedStore } from './guarded-store.js';
import { hasEnded, Lease, readLease, writeLease } from './lease.js';

const KEY = 'test:{id}:lease';
const LEASE_MS = 7_000;

function stage() {
  const clock = new FakeClock();
  const store = new ClockedStore(clock);
  const given = { store: new GuardedStore({ store, clock, onChange: () => {} }), clock, key: KEY, leaseMs: LEASE_MS };
  const take = async () => {
    const lease = await Lease.take(given, 'yes');
    if (!(lease instanceof Lease)) throw new Error('there should be a lease');
    return lease;
  };
  return { clock, store, given, take };
}

describe('a lease', () => {
  it('is held by one process', async () => {
    const { given, take } = stage();
    await take();
    for (const check of ['no', 'yes', 'must exist'] as const) expect(await Lease.take(given, check)).toBe('held');
  });

  it('is shortened by its holder', async () => {
    const { clock, store, take } = stage();
    const lease = await take();
    await clock.advance(LEASE_MS - 1);
    await lease.endIn(300.5);
    expect(store.left('lease')).toEqual([301]);
    expect(readLease((await store.get(KEY)) ?? '')).toEqual({ endsAt: clock.now() + 301 });
  });

  it('that has ended is not touched by its last holder: another process may hold it', async () => {
    const { clock, store, take } = stage();
    const late = await take();
    await clock.advance(LEASE_MS);
    await take();
    await late.endIn(1);
    expect(store.left('lease')).toEqual([LEASE_MS]);
  });

  it('is not abandoned while it lasts, also if an older version wrote it', async () => {
    const { clock, store, given, take } = stage();
    await take();
    await clock.advance(LEASE_MS - 1);
    expect(await Lease.takeAbandoned(given)).toBeUndefined();
    store.overwrite('lease', 'held');
    expect(await Lease.takeAbandoned(given)).toBeUndefined();
  });

  it('is abandoned where the store keeps it for longer than its writer wanted', async () => {
    const { clock, given, store, take } = stage();
    await take();
    const value = (await store.get(KEY)) ?? '';
    await clock.advance(LEASE_MS + 2_001);
    await store.set(KEY, value, { ttlMs: LEASE_MS });
    expect(await Lease.takeAbandoned(given)).toBeDefined();
    expect(store.left('lease')).toEqual([LEASE_MS]);
    // One process takes it over, although all of them saw it at once.
    await store.set(KEY, value, { ttlMs: LEASE_MS });
    expect(await Lease.takeAbandoned(given)).toBeUndefined();
  });
});

describe('the value of a lease', () => {
  it('says when it ends, by the clock of its writer', () => {
    const clock = new FakeClock();
    const lease = readLease(writeLease('ends', clock, 5_000));
    expect(lease).toEqual({ endsAt: clock.now() + 5_000 });
    expect(hasEnded({ endsAt: clock.now() - 2_000 }, clock)).toBe(false);
    expect(hasEnded({ endsAt: clock.now() - 2_001 }, clock)).toBe(true);
    expect(hasEnded({ endsAt: undefined }, clock)).toBe(false);
  });

  it.each([
    ['held', { endsAt: undefined }],
    ['ends', { endsAt: undefined }],
    ['held 1700000000000 abc and more', { endsAt: 1_700_000_000_000 }],
    ['held by another version', { endsAt: undefined }],
    ['', undefined],
    ['heldabc', undefined],
    ['garbage', undefined],
  ])('%j of any version is read', (value, expected) => {
    expect(readLease(value)).toEqual(expected);
  });
});
