import { type Clock, readInstant } from '../token/clock.js';
import { afterFailure, isTerminal } from '../token/failure-policy.js';
import { requestFloorMs } from '../token/refresh-window.js';
import type { TokenDemand, TokenFailure, TokenGrant, TokenOutcome } from '../token/token-source.js';
import { type GuardedStore, quietly, StoreUnavailable } from './guarded-store.js';
import type { Lease } from './lease.js';
import { type LeaseWait, LeaseWatch } from './lease-wait.js';
import { type DeriveKey, RecordCipher } from './record-cipher.js';
import { RecordReader } from './record-reader.js';
import { type RequestGate, SharedAttempt } from './shared-attempt.js';
import { type StoreKeys, storeKeys } from './store-keys.js';
import { writeFailure, writeToken } from './stored-record.js';

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

  constructor(options: SharedTokensOptions) {
    this.#options = options;
  }

  async obtain({ deriveKey, demand, signal, gate, send }: SharedTokenRequest): Promise<TokenOutcome> {
    const { clock, onLeaseWait } = this.#options;
    const { cipher, keys, reader } = this.#records(deriveKey);
    const wait = new LeaseWatch(clock, onLeaseWait);
    const given = { ...this.#options, leaseKey: keys.lease, reader, wait, demand, signal, gate, send };
    const { outcome, request } = await new SharedAttempt(given).run();
    if (request === undefined) return outcome;
    if (outcome.ok) return this.#shareToken(outcome.grant, keys, cipher, request.lease);
    if (!signal.aborted) return this.#shareFailure(outcome.failure, keys, cipher, request.lease);
    // Given up by this process, most likely since it ends: no failure of the endpoint's, and the next may ask at once.
    await quietly(request.lease?.endIn(1));
    return outcome;
  }

  /** Whether another process has shared a token that is not `lastValue`. */
  async hasToken(deriveKey: DeriveKey, lastValue: string | undefined): Promise<boolean> {
    const { reader } = this.#records(deriveKey);
    const found = await reader.token({ cause: 'expired', replaces: lastValue }).catch(nothing);
    return found !== undefined;
  }

  #records(deriveKey: DeriveKey) {
    const { keyPrefix, endpointUrl, onTampered } = this.#options;
    const cipher = new RecordCipher(deriveKey);
    const keys = storeKeys(keyPrefix, cipher.id, endpointUrl);
    const reader = new RecordReader({ ...this.#options, keys, cipher, onTampered: once(onTampered) });
    return { cipher, keys, reader };
  }

  async #shareToken(
    grant: TokenGrant,
    keys: StoreKeys,
    cipher: RecordCipher,
    lease: Lease | undefined,
  ): Promise<TokenOutcome> {
    const { store, clock } = this.#options;
    const { value, lifeMs, sentAt } = grant;
    this.#failures = 0;
    this.#coolDowns = 0;
    this.#lastLifeMs = lifeMs;
    const now = readInstant(clock);
    const leftMs = Math.floor(lifeMs - (now.monotonic - sentAt.monotonic));
    if (leftMs > 0) {
      const record = cipher.seal(writeToken({ value, lifeMs, leftMs, writtenAt: now.wall }), keys.token);
      await quietly(store.run((client) => client.set(keys.token, record, { ttlMs: leftMs })));
    }
    await quietly(lease?.endIn(requestFloorMs(lifeMs) - (now.monotonic - lease.takenAt)));
    return { ok: true, grant };
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
    const waitMs = Math.max(policy.waitMs, requestFloorMs(this.#lastLifeMs));
    // A secret that could not be read is this process's own affair.
    if (lease !== undefined && failure.kind !== 'credentials_unavailable') {
      const text = writeFailure({ failure, waitMs });
      const isByAddress = failure.kind === 'rate_limited' || failure.kind === 'edge_blocked';
      const [key, value] = isByAddress ? [keys.endpoint, text] : [keys.failure, cipher.seal(text, keys.failure)];
      await quietly(store.run((client) => client.set(key, value, { ttlMs: Math.ceil(waitMs) })));
    }
    await quietly(lease?.endIn(waitMs));
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

function nothing(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) throw error;
}
