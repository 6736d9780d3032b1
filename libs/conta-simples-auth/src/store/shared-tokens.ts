import { type Clock, readInstant } from '../token/clock.js';
import { afterFailure } from '../token/failure-policy.js';
import { requestFloorMs } from '../token/refresh-window.js';
import type { TokenDemand, TokenFailure, TokenGrant, TokenOutcome } from '../token/token-source.js';
import { type GuardedStore, StoreUnavailable } from './guarded-store.js';
import { Lease } from './lease.js';
import { type LeaseWait, LeaseWatch } from './lease-wait.js';
import { type DeriveKey, RecordCipher } from './record-cipher.js';
import { RecordReader } from './record-reader.js';
import { type StoreKeys, storeKeys } from './store-keys.js';
import { writeFailure, writeToken } from './stored-record.js';

export interface SharedTokensOptions {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly keyPrefix: string;
  readonly leaseMs: number;
  /** Share of a life from which a stored token is itself due for renewal. */
  readonly refreshAt: number;
  readonly endpointUrl: string;
  /** Told of a record that is not one of ours, once for each attempt: it is read again and again while one waits. */
  readonly onTampered: () => void;
  /** Told how long this process waited for another one's request, and what ended that. */
  readonly onLeaseWait?: ((wait: LeaseWait) => void) | undefined;
}

/** One attempt, as its source wants it made: with which credentials, for what, and how to ask the token endpoint. */
export interface SharedAttempt {
  readonly deriveKey: DeriveKey;
  readonly demand: TokenDemand;
  readonly signal: AbortSignal;
  readonly send: () => Promise<TokenOutcome>;
}

type Decision =
  | { readonly name: 'take'; readonly grant: TokenGrant }
  | { readonly name: 'leave'; readonly failure: TokenFailure }
  /** Without a lease where the store is away, or nobody else came back with a token. */
  | { readonly name: 'fetch'; readonly lease: Lease | undefined };

const FIRST_PAUSE_MS = 50;
/** A cold fleet is to be served within a second of the first request. */
const MAX_PAUSE_MS = 150;
/** How much longer than a lease to wait for whoever holds one after the other. */
const PATIENCE_MS = 6_000;

/**
 * One token for a fleet: read, take the lease, read again, fetch, write. The store is never needed: whatever goes wrong
 * with it, the process asks for a token of its own.
 */
export class SharedTokens {
  readonly #options: SharedTokensOptions;
  /** Failed requests of this process in a row, and the life of its last token: what its backoff goes by. */
  #failures = 0;
  #lastLifeMs: number | undefined;

  constructor(options: SharedTokensOptions) {
    this.#options = options;
  }

  async obtain(attempt: SharedAttempt): Promise<TokenOutcome> {
    const { cipher, keys, reader } = this.#records(attempt.deriveKey);
    const wait = new LeaseWatch(this.#options.clock, this.#options.onLeaseWait);
    const decision = await this.#decide(reader, keys, attempt, wait).catch(alone);
    wait.end(decision.name);
    if (decision.name === 'take') return { ok: true, grant: decision.grant };
    if (decision.name === 'leave') return { ok: false, failure: decision.failure };
    const outcome = await attempt.send();
    return outcome.ok
      ? this.#shareToken(outcome.grant, keys, cipher, decision.lease)
      : this.#shareFailure(outcome.failure, keys, cipher, decision.lease);
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

  async #decide(
    reader: RecordReader,
    keys: StoreKeys,
    { demand, signal }: SharedAttempt,
    wait: LeaseWatch,
  ): Promise<Decision> {
    const { store, clock, leaseMs } = this.#options;
    const giveUpAt = clock.monotonic() + leaseMs + PATIENCE_MS;
    // A token asked for by force is a new one: what is stored does not count.
    const find = async () => (demand.cause === 'forced' ? undefined : reader.token(demand));
    let pauseMs = FIRST_PAUSE_MS;
    for (let look = 0; ; look++) {
      const found = await find();
      if (found !== undefined) return { name: 'take', grant: found };
      // Every other time: only a holder that failed or died changes these, and a hundred waiting processes cost each
      // other the processor.
      if (look % 2 === 0) {
        const failure = await reader.failure();
        if (failure !== undefined) return { name: 'leave', failure };
        const lease = await Lease.take(store, keys.lease, leaseMs, clock);
        if (lease !== undefined) {
          // Between the first look and the lease, its last holder may have written what we want.
          const written = await find();
          if (written === undefined) return { name: 'fetch', lease };
          await lease.endIn(1);
          return { name: 'take', grant: written };
        }
      }
      if (clock.monotonic() >= giveUpAt) return { name: 'fetch', lease: undefined };
      wait.begin();
      await pause(clock, pauseMs * (0.5 + clock.random()), signal);
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
      if (signal.aborted) return { name: 'leave', failure: GIVEN_UP };
    }
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
    const policy = afterFailure({ failure, attempts: ++this.#failures, lastLifeMs: this.#lastLifeMs, random });
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

const GIVEN_UP: TokenFailure = { kind: 'timeout', what: 'No other process came back with a token in time' };

function alone(error: unknown): Decision {
  if (error instanceof StoreUnavailable) return { name: 'fetch', lease: undefined };
  throw error;
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

/** What was obtained counts, whether or not it could be shared. */
async function quietly(sharing: Promise<unknown> | undefined): Promise<void> {
  try {
    await sharing;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}

function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, milliseconds, { hold: true });
    signal.addEventListener('abort', end, { once: true });
  });
}
