import type { TokenStore } from '../../libs/conta-simples-auth/src/store/token-store.js';
import type { Clock } from '../../libs/conta-simples-auth/src/support/clock.js';

/** A store that ends its records by the clock of a test, and notes how it was set. */
export class ClockedStore implements TokenStore {
  /** Every `ttlMs` that a key was set with. */
  readonly ttls: number[] = [];
  /** Unset: the question is not permitted. */
  tellsTtl = true;
  /** Set: what a `set()` without `ifAbsent` rejects with. */
  writeFailure: Error | undefined;
  readonly #clock: Clock;
  readonly #records = new Map<string, { readonly value: string; endsAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: string): Promise<string | null> {
    return this.#find(key)?.value ?? null;
  }

  async set(key: string, value: string, { ttlMs, ifAbsent = false }: { ttlMs: number; ifAbsent?: boolean }) {
    if (!ifAbsent && this.writeFailure !== undefined) throw this.writeFailure;
    if (ifAbsent && this.#find(key) !== undefined) return false;
    this.ttls.push(ttlMs);
    this.#records.set(key, { value, endsAt: this.#clock.monotonic() + ttlMs });
    return true;
  }

  async ttlMs(key: string): Promise<number | null | undefined> {
    if (!this.tellsTtl) return undefined;
    const record = this.#find(key);
    return record === undefined ? null : record.endsAt - this.#clock.monotonic();
  }

  /** What is there, by the last part of its key: the milliseconds each has left. */
  left(part: string): number[] {
    return this.#of(part).map((key) => (this.#find(key)?.endsAt ?? 0) - this.#clock.monotonic());
  }

  /** As `PERSIST` does. */
  persist(part: string): void {
    for (const key of this.#of(part)) Object.assign(this.#find(key) ?? {}, { endsAt: Number.POSITIVE_INFINITY });
  }

  /** Overwrites values, and leaves the rest of their lives. */
  overwrite(part: string, value: string): void {
    for (const key of this.#of(part)) Object.assign(this.#find(key) ?? {}, { value });
  }

  delete(part: string): void {
    for (const key of this.#of(part)) this.#records.delete(key);
  }

  #of(part: string): string[] {
    return [...this.#records.keys()].filter((key) => key.endsWith(`:${part}`) && this.#find(key) !== undefined);
  }

  #find(key: string) {
    const record = this.#records.get(key);
    return record !== undefined && record.endsAt > this.#clock.monotonic() ? record : undefined;
  }
}
