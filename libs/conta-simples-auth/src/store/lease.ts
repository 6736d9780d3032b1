import type { Clock } from '../token/clock.js';
import type { GuardedStore } from './guarded-store.js';

/** The right of one process to ask for a token, and afterwards the least interval until another does. */
export class Lease {
  /** By the monotonic clock, before the store was asked: the store counts from later. */
  readonly takenAt: number;
  readonly #store: GuardedStore;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #endsAt: number;

  private constructor(store: GuardedStore, key: string, clock: Clock, takenAt: number, leaseMs: number) {
    this.#store = store;
    this.#key = key;
    this.#clock = clock;
    this.takenAt = takenAt;
    this.#endsAt = takenAt + leaseMs;
  }

  /** The lease, or `undefined` where another process holds it. */
  static async take(store: GuardedStore, key: string, leaseMs: number, clock: Clock): Promise<Lease | undefined> {
    const takenAt = clock.monotonic();
    const isOurs = await store.run((client) => client.set(key, 'held', { ttlMs: leaseMs, ifAbsent: true }));
    return isOurs ? new Lease(store, key, clock, takenAt, leaseMs) : undefined;
  }

  /** Sets what is left of it. Not if it has ended meanwhile: it may be somebody else's by now. */
  async endIn(milliseconds: number): Promise<void> {
    if (this.#clock.monotonic() >= this.#endsAt) return;
    const ttlMs = Math.max(1, Math.ceil(milliseconds));
    await this.#store.run((client) => client.set(this.#key, 'ends', { ttlMs }));
  }
}
