import type { Clock } from '../support/clock.js';
import { type CheckedStore, StoreFault } from './checked-store.js';
import type { GuardedStore } from './guarded-store.js';
import { ENDED_RECORD } from './late-write.js';
import { hasEnded, readLease, writeLease } from './lease-value.js';

interface LeaseOptions {
  readonly store: GuardedStore;
  readonly key: string;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** The right of one process to ask for a token, and afterwards the least interval until another does. */
export class Lease {
  /** By the monotonic clock, before the store was asked: the store counts from later. */
  readonly takenAt: number;
  readonly #options: LeaseOptions;

  private constructor(options: LeaseOptions, takenAt: number) {
    this.#options = options;
    this.takenAt = takenAt;
  }

  /**
   * The lease, `held` where another process holds it, or `missing` where the store says so and shows none: it has ended just
   * now, or is read from a replica that does not have it yet. `look` says whether to look for it, and whether it has to be there.
   *
   * @throws StoreUnavailable
   */
  static async take(options: LeaseOptions, look: 'no' | 'yes' | 'must exist'): Promise<Lease | 'held' | 'missing'> {
    const { store, key, clock, leaseMs } = options;
    const takenAt = clock.monotonic();
    const value = writeLease('held', clock, leaseMs);
    const isTaken = await claim(options, key, value);
    if (isTaken) return new Lease(options, takenAt);
    if (isTaken === false && look === 'no') return 'held';
    const found = await store.run((client) => readHolder(client, key, look === 'must exist'));
    if (found === null) return 'missing';
    return isTaken === undefined && found === value ? new Lease(options, takenAt) : 'held';
  }

  /**
   * The lease, if no process holds it although it is there: it would never end, as after a `PERSIST` or in a restored dump,
   * or it was written after its end. A second key decides which process may overwrite it, since all of them see it at once.
   *
   * @throws StoreUnavailable
   */
  static async takeAbandoned(options: LeaseOptions): Promise<Lease | undefined> {
    const { store, key, clock, leaseMs } = options;
    if (!(await isAbandoned(options))) return undefined;
    const endlessKey = `${key}:endless`;
    if (!(await claim(options, endlessKey, writeLease('held', clock, leaseMs)))) return undefined;
    const takenAt = clock.monotonic();
    await store.set(key, writeLease('held', clock, leaseMs), { ttlMs: wholeMs(leaseMs), isLease: true });
    return new Lease(options, takenAt);
  }

  /** Until it ends by itself, as the store's `ttlMs()` says it. */
  static msLeft({ store, key }: Pick<LeaseOptions, 'store' | 'key'>): Promise<number | null | undefined> {
    return store.run((client) => client.ttlMs(key));
  }

  /** Sets what is left of it. Not if it has ended meanwhile: another process may hold it by now. */
  async endIn(milliseconds: number): Promise<void> {
    const { store, key, clock, leaseMs } = this.#options;
    if (clock.monotonic() >= this.takenAt + leaseMs) return;
    const ttlMs = wholeMs(milliseconds);
    await store.set(key, writeLease('ends', clock, ttlMs), { ttlMs, isLease: true });
  }
}

function claim({ store, leaseMs }: LeaseOptions, key: string, value: string): Promise<boolean | undefined> {
  return store.set(key, value, { ttlMs: wholeMs(leaseMs), ifAbsent: true, isLease: true });
}

/** The value of the lease that stood in the way, or `null` where there is none. */
async function readHolder(client: CheckedStore, key: string, mustExist: boolean): Promise<string | null> {
  const found = await client.get(key);
  if (found === null && mustExist) throw new StoreFault('its set() says that a key exists, its get() does not find it');
  if (found === null || found === ENDED_RECORD) return null;
  if (readLease(found) === undefined) throw new StoreFault('its get() resolved with a lease that nobody wrote');
  return found;
}

async function isAbandoned({ store, key, clock }: LeaseOptions): Promise<boolean> {
  if ((await Lease.msLeft({ store, key })) === Number.POSITIVE_INFINITY) return true;
  const value = await store.run((client) => client.get(key));
  const lease = value === null ? undefined : readLease(value);
  return lease !== undefined && hasEnded(lease, clock);
}

/** Redis refuses a fraction, and what has ended already. */
function wholeMs(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds));
}
