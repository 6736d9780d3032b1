import { FAILURE_KINDS } from '../model/failure-kinds.js';
import { type Clock, type Instant, readInstant } from '../support/clock.js';
import { afterFailure, isTerminal } from '../token/failure-policy.js';
import { sinceMs } from '../token/life-clock.js';
import { minimumIntervalMs } from '../token/refresh-window.js';
import type { TokenDemand, TokenFailure, TokenGrant, TokenOutcome } from '../token/token-source.js';
import { type GuardedStore, quietly, StoreUnavailable } from './guarded-store.js';
import type { Lease } from './lease.js';
import { type LeaseWait, LeaseWatch } from './lease-wait.js';
import { type DeriveKey, RecordCipher } from './record-cipher.js';
import { RecordReader } from './record-reader.js';
import { type RequestGate, SharedAttempt } from './shared-attempt.js';
import { type StoreKeys, storeKeys } from './store-keys.js';
import { isShared, writeFailure, writeToken } from './stored-record.js';

export interface SharedTokensOptions {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly keyPrefix: string;
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
  readonly waitTimeoutMs: number;
  /** Share of a life from which a stored token is itself due for renewal. */
  readonly refreshAt: number;
  readonly endpointUrl: string;
  /** Told of a record that is not one of ours, once for each attempt: it is read again and again while one waits. */
  readonly onTampered: () => void;
  /** Told where the store does not say how long a record has left. */
  readonly onTtlUnknown: () => void;
  /** Called where the age of a record by wall clock and the store's own contradict each other. */
  readonly onClocksDisagree: () => void;
  /** Told how long this process waited for another one's request, and what ended that. */
  readonly onLeaseWait?: ((wait: LeaseWait) => void) | undefined;
}

/** One attempt, as its source wants it made: with which credentials, for what, and how to ask the token endpoint. */
export interface SharedTokenRequest {
  readonly deriveKey: DeriveKey;
  readonly demand: TokenDemand;
  readonly signal: AbortSignal;
  readonly gate: RequestGate;
  /** Called with a place in the gate. */
  readonly send: () => Promise<TokenOutcome>;
}

/**
 * One token for a fleet: read, take the lease, read again, fetch, write. The store is never needed: whatever goes wrong
 * with it, the process asks for a token of its own.
 */
export class SharedTokens {
  readonly #options: SharedTokensOptions;
  /** Failed requests of this process in a row, those of them that were terminal, and the life of its last token. */
  #failures = 0;
  #coolDowns = 0;
  #lastLifeMs: number | undefined;
  /** The newest token of this process: when it was requested, and by which pair. */
  #newest: { readonly id: string; readonly sentAt: Instant } | undefined;

  constructor(options: SharedTokensOptions) {
    this.#options = options;
  }

  async obtain({ deriveKey, demand, signal, gate, send }: SharedTokenRequest): Promise<TokenOutcome> {
    const { clock, onLeaseWait } = this.#options;
    const { cipher, keys, reader } = this.#records(deriveKey);
    const wait = new LeaseWatch(clock, onLeaseWait);
    const newest = this.#newest?.id === cipher.id ? this.#newest.sentAt : undefined;
    const given = { ...this.#options, leaseKey: keys.lease, reader, wait, demand, newest, signal, gate, send };
    const { outcome, request } = await new SharedAttempt(given).run();
    if (outcome.ok) this.#newest = { id: cipher.id, sentAt: outcome.grant.sentAt };
    if (request === undefined) return outcome;
    if (outcome.ok) {
      await this.#shareToken(outcome.grant, { keys, cipher, reader, demand, lease: request.lease });
      return outcome;
    }
    if (!signal.aborted) return this.#shareFailure(outcome.failure, keys, cipher, request.lease);
    // Given up by this process, most likely since it ends: no failure of the endpoint's, and the next may ask at once.
    await quietly(request.lease?.endIn(1));
    return outcome;
  }

  /** Whether another process has shared a token that is not `lastValue`. */
  async hasToken(deriveKey: DeriveKey, lastValue: string | undefined): Promise<boolean> {
    const { cipher, reader } = this.#records(deriveKey);
    const newest = this.#newest?.id === cipher.id ? this.#newest.sentAt : undefined;
    const found = await reader.token({ cause: 'expired', replaces: lastValue }, newest).catch(nothing);
    return found !== undefined;
  }

  #records(deriveKey: DeriveKey) {
    const { keyPrefix, endpointUrl, onTampered } = this.#options;
    const cipher = new RecordCipher(deriveKey);
    const keys = storeKeys(keyPrefix, cipher.id, endpointUrl);
    const reader = new RecordReader({ ...this.#options, keys, cipher, onTampered: once(onTampered) });
    return { cipher, keys, reader };
  }

  async #shareToken(grant: TokenGrant, { keys, cipher, reader, demand, lease }: ShareOptions): Promise<void> {
    const { store, clock } = this.#options;
    const { value, lifetimeMs, sentAt } = grant;
    this.#failures = 0;
    this.#coolDowns = 0;
    this.#lastLifeMs = lifetimeMs;
    await quietly(
      reader.hasNewerThan(grant, demand).then(async (hasNewer) => {
        const now = readInstant(clock);
        const leftMs = Math.floor(lifetimeMs - sinceMs(sentAt, now));
        if (hasNewer || leftMs <= 0) return;
        const record = cipher.seal(writeToken({ value, lifeMs: lifetimeMs, leftMs, writtenAt: now.wall }), keys.token);
        await store.set(keys.token, record, { ttlMs: leftMs });
      }),
    );
    await quietly(lease?.endIn(minimumIntervalMs(lifetimeMs) - (clock.monotonic() - lease.takenAt)));
  }

  async #shareFailure(
    failure: TokenFailure,
    keys: StoreKeys,
    cipher: RecordCipher,
    lease: Lease | undefined,
  ): Promise<TokenOutcome> {
    const { store, clock } = this.#options;
    const random = clock.random();
    const attempts = ++this.#failures;
    const coolDowns = isTerminal(failure) ? this.#coolDowns++ : this.#coolDowns;
    const policy = afterFailure({ failure, attempts, coolDowns, lastLifeMs: this.#lastLifeMs, random });
    const waitMs = Math.max(policy.waitMs, minimumIntervalMs(this.#lastLifeMs));
    if (lease !== undefined && isShared(failure.kind)) {
      const text = writeFailure({ failure, waitMs, writtenAt: clock.now() });
      const isByAddress = FAILURE_KINDS[failure.kind].scope === 'address';
      const [key, value] = isByAddress ? [keys.endpoint, text] : [keys.failure, cipher.seal(text, keys.failure)];
      await quietly(store.set(key, value, { ttlMs: Math.ceil(waitMs) }));
    }
    await quietly(lease?.endIn(waitMs));
    return { ok: false, failure: { ...failure, notBeforeMs: waitMs } };
  }
}

interface ShareOptions {
  readonly keys: StoreKeys;
  readonly cipher: RecordCipher;
  readonly reader: RecordReader;
  readonly demand: TokenDemand;
  readonly lease: Lease | undefined;
}

function once(call: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) call();
    isCalled = true;
  };
}

function nothing(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) throw error;
}
