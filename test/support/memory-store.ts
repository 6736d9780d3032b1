import type { TokenStore } from 'nestjs-conta-simples-auth';

/** A store in this process that counts what it is asked, and fails or answers late when told to. */
export class MemoryStore implements TokenStore {
  readonly operations = { get: 0, set: 0, ttl: 0 };
  /** Set: what every operation rejects with. */
  failure: Error | undefined;
  readonly #records = new Map<string, { value: string; readonly endsAt: number }>();

  get total(): number {
    return this.operations.get + this.operations.set + this.operations.ttl;
  }

  /** Overwrites every token that is stored, as a writer without the key could. */
  tamper(value: string): void {
    for (const [key, record] of this.#records) if (key.endsWith(':token')) record.value = value;
  }

  async get(key: string): Promise<string | null> {
    this.#count('get');
    return this.#find(key)?.value ?? null;
  }

  async set(key: string, value: string, { ttlMs, ifAbsent = false }: { ttlMs: number; ifAbsent?: boolean }) {
    this.#count('set');
    if (ifAbsent && this.#find(key) !== undefined) return false;
    this.#records.set(key, { value, endsAt: performance.now() + ttlMs });
    return true;
  }

  async ttlMs(key: string): Promise<number | null> {
    this.#count('ttl');
    const record = this.#find(key);
    return record === undefined ? null : record.endsAt - performance.now();
  }

  #count(operation: keyof MemoryStore['operations']): void {
    this.operations[operation]++;
    if (this.failure !== undefined) throw this.failure;
  }

  #find(key: string) {
    const record = this.#records.get(key);
    return record !== undefined && record.endsAt > performance.now() ? record : undefined;
  }
}
