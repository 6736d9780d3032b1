import { type Clock, type Instant, readInstant, sinceMs } from '../support/clock.js';
import { MARGIN_SHARE } from '../token/refresh-schedule.js';
import type { TokenDemand, TokenFailure, TokenGrant } from '../token/token-source.js';
import { ENDED_RECORD, type GuardedStore } from './guarded-store.js';
import { ageOf, toleranceMs } from './record-age.js';
import { MAX_RECORD_CHARACTERS, type RecordCipher } from './record-cipher.js';
import { readFailure, readToken, type StoredToken, type StoreKeys } from './stored-record.js';

/** What a reader reports of the records that it finds. */
export interface ReadingObservers {
  /** Called for a record that was not written with these credentials; by `SharedTokens` at most once for each attempt. */
  readonly onRecordRefused: () => void;
  /** Called where the store does not say how long a record has left. */
  readonly onTtlUnknown: () => void;
  /** Called where the age of a record by the wall clock and its age by the store contradict each other. */
  readonly onClocksDisagree: () => void;
}

export interface RecordReaderOptions extends ReadingObservers {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly keys: StoreKeys;
  readonly cipher: RecordCipher;
  readonly refreshAt: number;
}

/** How much of a cool-down the clocks of two machines may differ by. */
const FAILURE_TOLERANCE_SHARE = 0.1;

/** Reads what other processes wrote. Every value is checked, since other programs may write to the store. */
export class RecordReader {
  readonly #options: RecordReaderOptions;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
  }

  /** The stored token, if it meets the demand and was not requested before `newest`. */
  async token({ cause, replaces }: TokenDemand, newest?: Instant): Promise<TokenGrant | undefined> {
    const { keys, clock, refreshAt } = this.#options;
    const found = await this.#read(keys.token, true);
    if (found === undefined) return undefined;
    const record = readToken(found.text);
    if (record === undefined) return this.#refuse();
    if (record.value === replaces) return undefined;
    const now = readInstant(clock);
    const leftMs = this.#tokenLeftMs(record, now, found.ttlMs);
    const leastShare = cause === 'scheduled' ? 1 - refreshAt : MARGIN_SHARE;
    if (leftMs <= record.lifeMs * leastShare) return undefined;
    const since = record.lifeMs - leftMs;
    if (newest !== undefined && since > sinceMs(newest, now)) return undefined;
    const sentAt = { wall: now.wall - since, monotonic: now.monotonic - since };
    return { value: record.value, lifetimeMs: record.lifeMs, sentAt, shared: true };
  }

  /** Whether the store holds a token that was obtained after this one, and is not the one that it replaces. */
  async hasNewerThan({ sentAt }: TokenGrant, { replaces }: TokenDemand): Promise<boolean> {
    const { store, keys, cipher, clock } = this.#options;
    const value = await store.run((checked) => checked.get(keys.token));
    const text = value === null ? undefined : cipher.open(value, keys.token);
    const record = text === undefined ? undefined : readToken(text);
    if (record === undefined || record.value === replaces) return false;
    const now = readInstant(clock);
    const leftMs = this.#tokenLeftMs(record, now, undefined);
    return record.lifeMs - leftMs < sinceMs(sentAt, now);
  }

  /** The failure for which no process of the fleet sends a request now, if there is one. */
  async failure(): Promise<TokenFailure | undefined> {
    const { keys } = this.#options;
    return (await this.#failure(keys.failure, true)) ?? (await this.#failure(keys.endpoint, false));
  }

  async #failure(key: string, sealed: boolean): Promise<TokenFailure | undefined> {
    const found = await this.#read(key, sealed);
    // This library writes none without an end. In a restored dump, one would keep the fleet from the token endpoint.
    if (found === undefined || found.ttlMs === Number.POSITIVE_INFINITY) return undefined;
    const record = readFailure(found.text);
    if (record === undefined) return this.#refuse();
    const { failure, waitMs, writtenAt } = record;
    const tolerance = toleranceMs(waitMs * FAILURE_TOLERANCE_SHARE);
    const now = this.#options.clock.now();
    const age = ageOf({ leftMs: waitMs, writtenAt, now, ttlMs: found.ttlMs, toleranceMs: tolerance });
    if (age.isDoubtful) this.#options.onClocksDisagree();
    return age.leftMs > 0 ? { ...failure, coolsForMs: age.leftMs } : undefined;
  }

  #tokenLeftMs({ lifeMs, leftMs, writtenAt }: StoredToken, { wall }: Instant, ttlMs: number | undefined): number {
    const tolerance = toleranceMs(lifeMs * MARGIN_SHARE);
    const age = ageOf({ leftMs, writtenAt, now: wall, ttlMs, toleranceMs: tolerance });
    if (age.isDoubtful) this.#options.onClocksDisagree();
    return age.leftMs;
  }

  /** The expiry is read before the value, so that a value is never taken for younger than it is. */
  async #read(key: string, sealed: boolean): Promise<{ text: string; ttlMs: number | undefined } | undefined> {
    const { store, cipher } = this.#options;
    const askTtl = () => store.run((checked) => checked.ttlMs(key));
    let ttlMs = await askTtl();
    if (ttlMs === null) return undefined;
    if (ttlMs === undefined) this.#options.onTtlUnknown();
    let value = await store.run((checked) => checked.get(key));
    // Later than before: another process wrote in between, and the value may be younger than the first answer says.
    const laterTtlMs = value === null ? null : await askTtl();
    if (typeof ttlMs === 'number' && typeof laterTtlMs === 'number' && laterTtlMs > ttlMs) {
      ttlMs = laterTtlMs;
      value = await store.run((checked) => checked.get(key));
    }
    if (value === null || value === ENDED_RECORD) return undefined;
    if (value.length > MAX_RECORD_CHARACTERS) return this.#refuse();
    const text = sealed ? cipher.open(value, key) : value;
    return text === undefined ? this.#refuse() : { text, ttlMs };
  }

  #refuse(): undefined {
    this.#options.onRecordRefused();
  }
}
