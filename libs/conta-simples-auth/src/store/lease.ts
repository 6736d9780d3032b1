import type { Clock } from '../support/clock.js';
import { type CheckedStore, StoreFault } from './checked-store.js';
import { ENDED_RECORD, type GuardedStore } from './guarded-store.js';

/** How long a lease lasts after the longest request: time to write the token. */
export const LEASE_RESERVE_MS = 2_000;

interface LeaseOptions {
  readonly store: GuardedStore;
  readonly key: string;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** The right of one process to send a token request, and afterwards the minimum interval until the next one. */
export class Lease {
  /** By the monotonic clock, before the write was sent: the store counts from a later moment. */
  readonly takenAt: number;
  readonly #options: LeaseOptions;

  private constructor(options: LeaseOptions, takenAt: number) {
    this.#options = options;
    this.takenAt = takenAt;
  }

  /**
   * The lease; `held` where another process holds it; `missing` where the store says that it is held and shows none: it has
   * ended just now, or is read from a replica that does not have it yet. `check` says whether to read the lease that is
   * held, and whether it has to be there.
   *
   * @throws StoreUnavailable
   */
  static async take(options: LeaseOptions, check: 'no' | 'yes' | 'must exist'): Promise<Lease | 'held' | 'missing'> {
    const { store, key, clock, leaseMs } = options;
    const takenAt = clock.monotonic();
    const value = writeLease('held', clock, leaseMs);
    const isTaken = await claim(options, key, value);
    if (isTaken) return new Lease(options, takenAt);
    if (isTaken === false && check === 'no') return 'held';
    const found = await store.run((checked) => readHolder(checked, key, check === 'must exist'));
    if (found === null) return 'missing';
    return isTaken === undefined && found === value ? new Lease(options, takenAt) : 'held';
  }

  /**
   * The lease, if it exists but no process holds it: it would never end, as after a `PERSIST` or in a restored dump, or it
   * was written after its end. All processes see that at once, so a second key decides which of them may overwrite it.
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

  /** Milliseconds until it ends by itself, as the store's `ttlMs()` returns them. */
  static msLeft({ store, key }: Pick<LeaseOptions, 'store' | 'key'>): Promise<number | null | undefined> {
    return store.run((checked) => checked.ttlMs(key));
  }

  /** Sets how long it lasts from now. Does nothing if it has ended: another process may hold it by now. */
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

/** The value of the lease that another process holds, or `null` where there is none. */
async function readHolder(store: CheckedStore, key: string, mustExist: boolean): Promise<string | null> {
  const found = await store.get(key);
  if (found === null && mustExist) throw new StoreFault('its set() says that a key exists, its get() does not find it');
  if (found === null || found === ENDED_RECORD) return null;
  if (readLease(found) === undefined) throw new StoreFault('its get() resolved with something that is not a lease');
  return found;
}

async function isAbandoned({ store, key, clock }: LeaseOptions): Promise<boolean> {
  if ((await Lease.msLeft({ store, key })) === Number.POSITIVE_INFINITY) return true;
  const value = await store.run((checked) => checked.get(key));
  const lease = value === null ? undefined : readLease(value);
  return lease !== undefined && hasEnded(lease, clock);
}

/** Redis accepts whole numbers from 1. */
function wholeMs(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds));
}

/** When a lease ends by the wall clock of its writer, epoch milliseconds; `undefined` where it does not say. */
interface LeaseValue {
  readonly endsAt: number | undefined;
}

/** The store counts from the moment of the write, which may be late; clocks of two machines may differ by this much. */
const TOLERANCE_MS = 2_000;

/** `held` by a process that sends a token request, or `ends`: the minimum interval until the next request. */
export function writeLease(state: 'held' | 'ends', clock: Clock, ttlMs: number): string {
  const endsAt = Math.ceil(clock.now() + ttlMs);
  const mark = Math.floor(clock.random() * 2 ** 32).toString(36);
  return `${state} ${endsAt} ${mark}`;
}

/** Reads leases of other versions too: older ones wrote the state only. `undefined` for a value of another program. */
export function readLease(value: string): LeaseValue | undefined {
  const match = /^(?:held|ends)(?: (\d{1,15})\b|$| )/.exec(value);
  return match === null ? undefined : { endsAt: match[1] === undefined ? undefined : Number(match[1]) };
}

/** Whether it has ended for its writer, so that the store holds it only because it carried out the write late. */
export function hasEnded({ endsAt }: LeaseValue, clock: Clock): boolean {
  return endsAt !== undefined && clock.now() > endsAt + TOLERANCE_MS;
}
