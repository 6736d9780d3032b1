import { FAILURE_KINDS } from '../model/failure-kinds.js';
import { type Clock, type Instant, readInstant, sinceMs } from '../support/clock.js';
import { afterFailure, isTerminal } from '../token/failure-policy.js';
import { minimumIntervalMs } from '../token/refresh-schedule.js';
import type { TokenDemand, TokenFailure, TokenGrant, TokenOutcome } from '../token/token-source.js';
import { type GuardedStore, ifAvailable } from './guarded-store.js';
import type { Lease } from './lease.js';
import { type DeriveKey, RecordCipher } from './record-cipher.js';
import { type ReadingObservers, RecordReader } from './record-reader.js';
import { type AttemptInput, type LeaseWait, SharedAttempt } from './shared-attempt.js';
import { isShared, type StoreKeys, storeKeys, writeFailure, writeToken } from './stored-record.js';

export interface SharedTokensOptions extends ReadingObservers {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly keyPrefix: string;
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
  readonly waitTimeoutMs: number;
  /** Share of the token lifetime from which a stored token is itself due for renewal. */
  readonly refreshAt: number;
  readonly endpointUrl: string;
  /** Called after a wait for another process's request. */
  readonly onLeaseWait?: ((wait: LeaseWait) => void) | undefined;
}

/** One attempt, with the credentials whose tokens are shared. */
export interface ObtainOptions extends AttemptInput {
  readonly deriveKey: DeriveKey;
}

/** The records of one pair of credentials. */
interface Records {
  readonly keys: StoreKeys;
  readonly cipher: RecordCipher;
  readonly reader: RecordReader;
  /** When this process's newest token of this pair was requested; `undefined` if it knows none. */
  readonly newest: Instant | undefined;
}

/**
 * The tokens of one account, shared by the processes of a fleet: an attempt, and then the result is written for the
 * others. While the store is unavailable, the process requests its tokens itself (local mode).
 */
export class SharedTokens {
  readonly #options: SharedTokensOptions;
  /** Failed requests of this process in a row, and those of them that were terminal. */
  #failures = 0;
  #coolDowns = 0;
  /** The lifetime of the last token that this process requested. */
  #lastLifetimeMs: number | undefined;
  /** The newest token that this process knows: when it was requested, and by which pair. */
  #newest: { readonly id: string; readonly sentAt: Instant } | undefined;

  constructor(options: SharedTokensOptions) {
    this.#options = options;
  }

  async obtain({ deriveKey, ...given }: ObtainOptions): Promise<TokenOutcome> {
    const records = this.#records(deriveKey);
    const { cipher, keys, reader, newest } = records;
    const attempt = new SharedAttempt({ ...this.#options, ...given, leaseKey: keys.lease, reader, newest });
    const { outcome, request } = await attempt.run();
    if (outcome.ok) this.#newest = { id: cipher.id, sentAt: outcome.grant.sentAt };
    if (request === undefined) return outcome;
    const { lease } = request;
    if (outcome.ok) {
      await this.#shareToken(outcome.grant, given.demand, records, lease);
      return outcome;
    }
    if (!given.signal.aborted) return this.#shareFailure(outcome.failure, records, lease);
    // Aborted, most likely at shutdown: this is no failure of the endpoint, so the next process may send a request at once.
    await ifAvailable(lease?.endIn(1));
    return outcome;
  }

  /** Whether another process has shared a token that is not `lastValue`. */
  async hasToken(deriveKey: DeriveKey, lastValue: string | undefined): Promise<boolean> {
    const { reader, newest } = this.#records(deriveKey);
    const found = await ifAvailable(reader.token({ cause: 'expired', replaces: lastValue }, newest));
    return found !== undefined;
  }

  #records(deriveKey: DeriveKey): Records {
    const { keyPrefix, endpointUrl, onRecordRefused } = this.#options;
    const cipher = new RecordCipher(deriveKey);
    const keys = storeKeys(keyPrefix, cipher.id, endpointUrl);
    const reader = new RecordReader({ ...this.#options, keys, cipher, onRecordRefused: once(onRecordRefused) });
    const newest = this.#newest?.id === cipher.id ? this.#newest.sentAt : undefined;
    return { cipher, keys, reader, newest };
  }

  async #shareToken(
    grant: TokenGrant,
    demand: TokenDemand,
    { keys, cipher, reader }: Records,
    lease: Lease | undefined,
  ): Promise<void> {
    const { store, clock } = this.#options;
    const { value, lifetimeMs, sentAt } = grant;
    this.#failures = 0;
    this.#coolDowns = 0;
    this.#lastLifetimeMs = lifetimeMs;
    const write = async () => {
      const hasNewer = await reader.hasNewerThan(grant, demand);
      const now = readInstant(clock);
      const leftMs = Math.floor(lifetimeMs - sinceMs(sentAt, now));
      if (hasNewer || leftMs <= 0) return;
      const record = writeToken({ value, lifeMs: lifetimeMs, leftMs, writtenAt: now.wall });
      await store.set(keys.token, cipher.seal(record, keys.token), { ttlMs: leftMs });
    };
    await ifAvailable(write());
    await ifAvailable(lease?.endIn(minimumIntervalMs(lifetimeMs) - (clock.monotonic() - lease.takenAt)));
  }

  async #shareFailure(
    failure: TokenFailure,
    { keys, cipher }: Records,
    lease: Lease | undefined,
  ): Promise<TokenOutcome> {
    const { store, clock } = this.#options;
    const random = clock.random();
    const attempts = ++this.#failures;
    const coolDowns = isTerminal(failure) ? this.#coolDowns++ : this.#coolDowns;
    const policy = afterFailure({ failure, attempts, coolDowns, lastLifetimeMs: this.#lastLifetimeMs, random });
    const waitMs = Math.max(policy.waitMs, minimumIntervalMs(this.#lastLifetimeMs));
    // Without the lease nothing is written: its holder may have a token by now.
    if (lease !== undefined && isShared(failure.kind)) {
      const text = writeFailure({ failure, waitMs, writtenAt: clock.now() });
      const isByAddress = FAILURE_KINDS[failure.kind].scope === 'address';
      const [key, value] = isByAddress ? [keys.endpoint, text] : [keys.failure, cipher.seal(text, keys.failure)];
      await ifAvailable(store.set(key, value, { ttlMs: Math.ceil(waitMs) }));
    }
    await ifAvailable(lease?.endIn(waitMs));
    return { ok: false, failure: { ...failure, notBeforeMs: waitMs } };
  }
}

function once(call: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) call();
    isCalled = true;
  };
}
