import type { TokenStore } from '../../libs/conta-simples-auth/src/store/token-store.js';
import type { Clock } from '../../libs/conta-simples-auth/src/support/clock.js';

const NETWORK_MS = 0.5;
const MAX_LATE_MS = 120_000;

/** A key-value store that does one operation after another, as Redis does: a crowd has to queue. */
export class SimulatedStore implements TokenStore {
  operations = 0;
  /** The longest wait for an answer. */
  slowestMs = 0;
  readonly #clock: Clock;
  readonly #operationMs: number;
  readonly #records = new Map<string, { readonly value: string; readonly endsAt: number }>();
  #freeAt = 0;

  readonly #lateShare: number;

  /** `lateShare` of the writes without `ifAbsent` are carried out up to two minutes late, as after a stop. */
  constructor(clock: Clock, operationsPerSecond: number, lateShare = 0) {
    this.#clock = clock;
    this.#lateShare = lateShare;
    this.#operationMs = 1_000 / operationsPerSecond;
  }

  get(key: string): Promise<string | null> {
    return this.#queue(() => this.#find(key)?.value ?? null);
  }

  set(key: string, value: string, { ttlMs, ifAbsent = false }: { ttlMs: number; ifAbsent?: boolean }) {
    const isLate = !ifAbsent && this.#lateShare > 0 && this.#clock.random() < this.#lateShare;
    const lateMs = isLate ? this.#clock.random() * MAX_LATE_MS : 0;
    return this.#queue(() => {
      if (ifAbsent && this.#find(key) !== undefined) return false;
      this.#records.set(key, { value, endsAt: this.#clock.monotonic() + ttlMs });
      return true;
    }, lateMs);
  }

  ttlMs(key: string): Promise<number | null> {
    return this.#queue(() => {
      const record = this.#find(key);
      return record === undefined ? null : record.endsAt - this.#clock.monotonic();
    });
  }

  #find(key: string) {
    const record = this.#records.get(key);
    return record !== undefined && record.endsAt > this.#clock.monotonic() ? record : undefined;
  }

  #queue<T>(operation: () => T, lateMs = 0): Promise<T> {
    const now = this.#clock.monotonic();
    this.operations++;
    this.#freeAt = Math.max(this.#freeAt, now) + this.#operationMs;
    const waitMs = this.#freeAt - now + NETWORK_MS + lateMs;
    this.slowestMs = Math.max(this.slowestMs, waitMs);
    return new Promise((resolve) => this.#clock.setTimer(() => resolve(operation()), waitMs));
  }
}
