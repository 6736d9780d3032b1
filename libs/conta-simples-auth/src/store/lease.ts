import type { Clock } from '../token/clock.js';
import type { GuardedStore } from './guarded-store.js';

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

  /** The lease, or `undefined` where another process holds it. */
  static async take(options: LeaseOptions): Promise<Lease | undefined> {
    const takenAt = options.clock.monotonic();
    return (await claim(options, options.key)) ? new Lease(options, takenAt) : undefined;
  }

  /**
   * The lease, if it is one that would never end, as after a `PERSIST` or in a restored dump: none of ours is, so nobody
   * holds it. A second key decides which process may overwrite it, since all of them see it at once.
   */
  static async takeEndless(options: LeaseOptions): Promise<Lease | undefined> {
    const { store, key, clock } = options;
    if ((await Lease.msLeft(options)) !== Number.POSITIVE_INFINITY) return undefined;
    if (!(await claim(options, `${key}:endless`))) return undefined;
    const takenAt = clock.monotonic();
    await store.run((client) => client.set(key, 'held', { ttlMs: wholeMs(options.leaseMs) }));
    return new Lease(options, takenAt);
  }

  /** Until it ends by itself, as the store's `ttlMs()` says it. */
  static msLeft({ store, key }: Pick<LeaseOptions, 'store' | 'key'>): Promise<number | null | undefined> {
    return store.run((client) => client.ttlMs(key));
  }

  /** Sets what is left of it. Not if it has ended meanwhile: it may be somebody else's by now. */
  async endIn(milliseconds: number): Promise<void> {
    const { store, key, clock, leaseMs } = this.#options;
    if (clock.monotonic() >= this.takenAt + leaseMs) return;
    await store.run((client) => client.set(key, 'ends', { ttlMs: wholeMs(milliseconds) }));
  }
}

function claim({ store, leaseMs }: LeaseOptions, key: string): Promise<boolean> {
  return store.run((client) => client.set(key, 'held', { ttlMs: wholeMs(leaseMs), ifAbsent: true }));
}

/** Redis refuses a fraction, and what has ended already. */
function wholeMs(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds));
}
