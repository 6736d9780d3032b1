import type { Clock, Instant } from '../support/clock.js';
import type { TokenDemand, TokenFailure, TokenGrant, TokenOutcome } from '../token/token-source.js';
import { type GuardedStore, quietly, StoreUnavailable } from './guarded-store.js';
import { Lease } from './lease.js';
import type { LeaseWatch } from './lease-wait.js';
import type { RecordReader } from './record-reader.js';

/** The limit of requests that a process runs at once. */
export interface RequestGate {
  readonly hasRoom: boolean;
  /** Calls `send` when there is room, unless the token endpoint wants to be left alone: then that is the outcome. */
  pass(send: () => Promise<TokenOutcome | undefined>, signal: AbortSignal): Promise<TokenOutcome | undefined>;
}

export interface SharedAttemptOptions {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly leaseKey: string;
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
  readonly waitTimeoutMs: number;
  readonly reader: RecordReader;
  readonly wait: LeaseWatch;
  readonly demand: TokenDemand;
  /** When the newest token that this process knows was requested: an older one is of no use. */
  readonly newest: Instant | undefined;
  readonly signal: AbortSignal;
  readonly gate: RequestGate;
  readonly send: () => Promise<TokenOutcome>;
}

export interface SharedAttemptResult {
  readonly outcome: TokenOutcome;
  /** Set where the token endpoint was asked. */
  readonly request?: {
    /** None where the store is away, or whoever holds it has not come back in time. */
    readonly lease: Lease | undefined;
  };
}

type Answer =
  | { readonly name: 'take'; readonly grant: TokenGrant }
  | { readonly name: 'leave'; readonly failure: TokenFailure };
type Decision = Answer | { readonly name: 'fetch'; readonly lease: Lease | undefined };

const FIRST_PAUSE_MS = 50;
/** A cold fleet is to be served within a second of the first request. */
const MAX_PAUSE_MS = 150;
/** How much longer than a lease to wait for whoever holds one after the other. */
const PATIENCE_MS = 6_000;
/** Of a caller's wait; the rest is for a request of our own. */
const PATIENT_SHARE = 0.8;
/** A lease held for longer is looked at more closely, which a crowd that starts at once is spared. */
const USUAL_REQUEST_MS = 2_000;
/** For a holder to write down what its request brought. */
const WRITING_MS = 1_000;

/**
 * One attempt of a process in a fleet: read, take the lease, read again, fetch. The lease is asked for with a place at the
 * token endpoint in hand, so that it never runs out in a queue, and nobody waits for a process that only queues.
 */
export class SharedAttempt {
  readonly #options: SharedAttemptOptions;
  /** Since when another process has been seen to hold the lease, by the monotonic clock. */
  #heldSince: number | undefined;
  /** Until the store has shown the lease that it says is held. */
  #lookForLease: Parameters<typeof Lease.take>[1] = 'yes';

  constructor(options: SharedAttemptOptions) {
    this.#options = options;
  }

  async run(): Promise<SharedAttemptResult> {
    const { clock, wait, signal } = this.#options;
    let pauseMs = FIRST_PAUSE_MS;
    for (let look = 0; ; look++) {
      // Every other time: only a holder that failed or died changes more than the token, and a hundred waiting processes
      // cost each other the processor.
      const result = await this.#look(look % 2 === 0);
      if (result !== undefined) return result;
      wait.begin();
      await pause(clock, pauseMs * (0.5 + clock.random()), signal);
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
      if (signal.aborted) return this.#end({ name: 'leave', failure: GIVEN_UP });
    }
  }

  async #look(isThorough: boolean): Promise<SharedAttemptResult | undefined> {
    const { reader, gate } = this.#options;
    let mustQueue = false;
    try {
      const grant = await this.#find();
      if (grant !== undefined) return this.#end({ name: 'take', grant });
      if (!isThorough) return undefined;
      const failure = await reader.failure();
      if (failure !== undefined) return this.#end({ name: 'leave', failure });
      mustQueue = !gate.hasRoom;
      if (mustQueue && !(await this.#mayQueue())) return undefined;
    } catch (error) {
      const decision = alone(error);
      return this.#enter(async () => decision);
    }
    return this.#enter(() => this.#decide(mustQueue));
  }

  /** A place is not queued for while another process holds the lease: its token will be there long before. */
  async #mayQueue(): Promise<boolean> {
    const { store, leaseKey, clock } = this.#options;
    const isHeld = (await store.run((client) => client.get(leaseKey))) !== null;
    // What is spent in the queue is no waiting for a lease.
    this.#heldSince = isHeld ? (this.#heldSince ?? clock.monotonic()) : undefined;
    return !isHeld || this.#isImpatient;
  }

  /** What comes of it, or `undefined` where another process holds the lease. */
  async #enter(decide: () => Promise<Decision | undefined>): Promise<SharedAttemptResult | undefined> {
    const { gate, signal, send, wait } = this.#options;
    let decision: Decision | undefined;
    const outcome = await gate.pass(async () => {
      decision = signal.aborted ? { name: 'leave', failure: GIVEN_UP } : await decide().catch(alone);
      if (decision?.name !== 'fetch') return undefined;
      wait.end('fetch');
      return send();
    }, signal);
    if (decision?.name === 'fetch') return outcome && { outcome, request: { lease: decision.lease } };
    if (decision !== undefined) return this.#end(decision);
    // Without a decision the gate was shut, or another process holds the lease.
    if (outcome !== undefined) wait.end('leave');
    return outcome && { outcome };
  }

  async #decide(hasQueued: boolean): Promise<Decision | undefined> {
    // What another process was told meanwhile, it may have been told for all accounts.
    const failure = hasQueued ? await this.#options.reader.failure() : undefined;
    if (failure !== undefined) return { name: 'leave', failure };
    const lease = await this.#lease();
    if (lease === undefined && !(this.#isImpatient && (await this.#isOverdue()))) return undefined;
    // Between the first look and the lease, its last holder may have written what we want.
    const written = await this.#find();
    if (written === undefined) return { name: 'fetch', lease };
    await quietly(lease?.endIn(1));
    return { name: 'take', grant: written };
  }

  async #lease(): Promise<Lease | undefined> {
    const lease = await Lease.take(this.#leaseOptions, this.#lookForLease);
    if (lease instanceof Lease) return lease;
    // A store that says twice that a lease is held, and never shows it, is not waited for.
    this.#lookForLease = lease === 'held' ? 'no' : 'must exist';
    this.#heldSince ??= this.#options.clock.monotonic();
    if (this.#heldForMs < USUAL_REQUEST_MS) return undefined;
    return Lease.takeAbandoned(this.#leaseOptions);
  }

  get #leaseOptions() {
    return { ...this.#options, key: this.#options.leaseKey };
  }

  get #heldForMs(): number {
    return this.#heldSince === undefined ? 0 : this.#options.clock.monotonic() - this.#heldSince;
  }

  /** The callers' wait is about to end, and whoever held the lease at first has had the time for a request. */
  get #isImpatient(): boolean {
    const { leaseMs, requestTimeoutMs, waitTimeoutMs } = this.#options;
    const patienceMs = Math.max(requestTimeoutMs + WRITING_MS, waitTimeoutMs * PATIENT_SHARE);
    return this.#heldForMs >= Math.min(leaseMs + PATIENCE_MS, patienceMs);
  }

  /** A lease taken only lately, from a holder that died, is one to wait for: a request of our own would be no faster. */
  async #isOverdue(): Promise<boolean> {
    const { leaseMs, requestTimeoutMs } = this.#options;
    if (this.#heldForMs >= leaseMs + PATIENCE_MS) return true;
    const msLeft = await Lease.msLeft(this.#leaseOptions);
    const heldMs = typeof msLeft === 'number' ? leaseMs - msLeft : Number.NEGATIVE_INFINITY;
    return heldMs < 0 || heldMs >= requestTimeoutMs;
  }

  /** A token asked for by force is a new one: what is stored does not count. */
  async #find(): Promise<TokenGrant | undefined> {
    const { demand, reader, newest } = this.#options;
    return demand.cause === 'forced' ? undefined : reader.token(demand, newest);
  }

  #end(answer: Answer): SharedAttemptResult {
    this.#options.wait.end(answer.name);
    if (answer.name === 'take') return { outcome: { ok: true, grant: answer.grant } };
    return { outcome: { ok: false, failure: answer.failure } };
  }
}

const GIVEN_UP: TokenFailure = { kind: 'timeout', what: 'No other process came back with a token in time' };

function alone(error: unknown): Decision {
  if (error instanceof StoreUnavailable) return { name: 'fetch', lease: undefined };
  throw error;
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
