import { type Clock, readInstant } from '../token/clock.js';
import type { TokenDemand, TokenFailure, TokenGrant } from '../token/token-source.js';
import type { GuardedStore } from './guarded-store.js';
import type { RecordCipher } from './record-cipher.js';
import type { StoreKeys } from './store-keys.js';
import { readFailure, readToken, type StoredFailure } from './stored-record.js';

export interface RecordReaderOptions {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly keys: StoreKeys;
  readonly cipher: RecordCipher;
  readonly refreshAt: number;
  readonly onTampered: () => void;
  readonly onTtlUnknown: () => void;
}

/** A token with less of its life left than this is not worth taking over. */
const LEAST_SHARE_LEFT = 0.02;

/** Reads what other processes wrote, as if anybody could have written it. */
export class RecordReader {
  readonly #options: RecordReaderOptions;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
  }

  /** The stored token, if it is one that was asked for. */
  async token({ cause, replaces }: TokenDemand): Promise<TokenGrant | undefined> {
    const { keys, clock, refreshAt } = this.#options;
    const found = await this.#read(keys.token, true);
    if (found === undefined) return undefined;
    const record = readToken(found.text);
    if (record === undefined) return this.#tampered();
    const now = readInstant(clock);
    // Where the store does not tell how old it is, the writer's wall clock has to do.
    const ageMs =
      found.ttlMs === undefined || found.ttlMs === Number.POSITIVE_INFINITY
        ? Math.max(0, now.wall - record.writtenAt)
        : 0;
    const leftMs = Math.min(found.ttlMs ?? Number.POSITIVE_INFINITY, record.leftMs - ageMs);
    const leastShare = cause === 'scheduled' ? 1 - refreshAt : LEAST_SHARE_LEFT;
    if (record.value === replaces || leftMs <= record.lifeMs * leastShare) return undefined;
    const since = record.lifeMs - leftMs;
    const sentAt = { wall: now.wall - since, monotonic: now.monotonic - since };
    return { value: record.value, lifeMs: record.lifeMs, sentAt, shared: true };
  }

  /** The failure for which the fleet leaves the token endpoint alone, if it does. */
  async failure(): Promise<TokenFailure | undefined> {
    const { keys } = this.#options;
    const found = (await this.#failure(keys.failure, true)) ?? (await this.#failure(keys.endpoint, false));
    return found && { ...found.failure, notBeforeMs: found.waitMs };
  }

  async #failure(key: string, sealed: boolean): Promise<StoredFailure | undefined> {
    const found = await this.#read(key, sealed);
    // None of ours lasts for ever: it would, in a restored dump, keep the fleet from the token endpoint for good.
    if (found === undefined || found.ttlMs === Number.POSITIVE_INFINITY) return undefined;
    const record = readFailure(found.text);
    if (record === undefined) return this.#tampered();
    return { failure: record.failure, waitMs: Math.min(record.waitMs, found.ttlMs ?? record.waitMs) };
  }

  /** How long it lives is asked first: what is read afterwards is then never taken for younger than it is. */
  async #read(key: string, sealed: boolean): Promise<{ text: string; ttlMs: number | undefined } | undefined> {
    const { store, cipher } = this.#options;
    const askTtl = () => store.run((client) => client.ttlMs(key));
    let ttlMs = await askTtl();
    if (ttlMs === null) return undefined;
    if (ttlMs === undefined) this.#options.onTtlUnknown();
    let value = await store.run((client) => client.get(key));
    // Longer than before: another process wrote in between, and what was read is younger than the first answer says.
    const laterTtlMs = value === null ? null : await askTtl();
    if (typeof ttlMs === 'number' && typeof laterTtlMs === 'number' && laterTtlMs > ttlMs) {
      ttlMs = laterTtlMs;
      value = await store.run((client) => client.get(key));
    }
    if (value === null) return undefined;
    const text = sealed ? cipher.open(value, key) : value;
    return text === undefined ? this.#tampered() : { text, ttlMs };
  }

  #tampered(): undefined {
    this.#options.onTampered();
  }
}
