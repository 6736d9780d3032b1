import type { Clock, Instant } from '../support/clock.js';
import { untilLimit } from '../support/deadline.js';
import type { GateAccount, RequestGate } from '../token/request-gate.js';
import type { TokenDemand, TokenFailure, TokenGrant, TokenOutcome } from '../token/token-source.js';
import { type GuardedStore, ifAvailable, StoreUnavailable } from './guarded-store.js';
import { Lease } from './lease.js';
import type { RecordReader } from './record-reader.js';

/** How long this process waited for another one's token request, and what ended that. */
export interface LeaseWait {
  readonly durationMs: number;
  readonly outcome: 'token' | 'failure' | 'own_request';
}

/** What an attempt needs to know of the token that is wanted, and how to send a request for it. */
export interface AttemptInput {
  readonly demand: TokenDemand;
  readonly signal: AbortSignal;
  readonly gate: RequestGate;
  readonly account: GateAccount;
  /** Sends the token request; called with a place in the gate. */
  readonly send: () => Promise<TokenOutcome>;
}

export interface SharedAttemptOptions extends AttemptInput {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly leaseKey: string;
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
  readonly waitTimeoutMs: number;
  readonly reader: RecordReader;
  /** When the newest token that this process knows was requested: an older one is of no use. */
  readonly newest: Instant | undefined;
  readonly onLeaseWait?: ((wait: LeaseWait) => void) | undefined;
}

export interface SharedAttemptResult {
  readonly outcome: TokenOutcome;
  /** Set where this process sent a token request. */
  readonly request?: {
    /** Absent where the store is unavailable, or the holder of the lease did not come back in time. */
    readonly lease: Lease | undefined;
  };
}

/** The attempt ends without a request: `take` the token that another process shared, or `fail` with its failure. */
type Ending =
  | { readonly name: 'take'; readonly grant: TokenGrant }
  | { readonly name: 'fail'; readonly failure: TokenFailure };
/** This process sends a request. It has no lease where the store is unavailable or the lease's holder is overdue. */
type Send = { readonly name: 'send'; readonly lease: Lease | undefined };
/** Nothing yet: another process holds the lease, and this one waits for its token. */
type Wait = { readonly name: 'wait' };
/** The lease is to be asked for, with a place in the gate. */
type Ask = { readonly name: 'ask'; readonly hasToQueue: boolean };

const FIRST_PAUSE_MS = 50;
/** A cold fleet is to be served within a second of the first request. */
const MAX_PAUSE_MS = 150;
/** How much longer than a lease to wait for processes that hold one after the other. */
const PATIENCE_MS = 6_000;
/** Of a caller's wait; the rest is for a request of this process. */
const PATIENT_SHARE = 0.8;
/** A lease held for longer is checked for a holder, which processes that start all at once are spared. */
const USUAL_REQUEST_MS = 2_000;
/** Time for a holder to write the result of its request. */
const WRITING_MS = 1_000;

const GIVEN_UP: Ending = {
  name: 'fail',
  failure: { kind: 'timeout', what: 'No other process came back with a token in time' },
};
const LOCAL: Send = { name: 'send', lease: undefined };
/** What ended the wait for another process, as telemetry names it. */
const WAIT_OUTCOMES = { take: 'token', fail: 'failure', send: 'own_request' } as const;

/**
 * One attempt of a process in a fleet: read, enter the gate, take the lease, read again, send. The gate comes before the
 * lease, so that a lease never runs out in a queue, and no process waits for another one that only queues.
 */
export class SharedAttempt {
  readonly #options: SharedAttemptOptions;
  /** Since when this process has waited for another one's lease, by the monotonic clock. */
  #waitsSince: number | undefined;
  /** Since when another process has been seen to hold the lease, by the monotonic clock. */
  #heldSince: number | undefined;
  /** Whether to read the lease that the store says is held: until the store has shown it once. */
  #leaseCheck: Parameters<typeof Lease.take>[1] = 'yes';

  constructor(options: SharedAttemptOptions) {
    this.#options = options;
  }

  async run(): Promise<SharedAttemptResult> {
    const { clock, signal } = this.#options;
    let pauseMs = FIRST_PAUSE_MS;
    for (let round = 0; ; round++) {
      // Every other round reads the token only: the rest changes only if a holder failed or died, and a hundred waiting
      // processes share the processor.
      const result = await this.#round(round % 2 === 0);
      if (result !== undefined) return result;
      this.#waitsSince ??= clock.monotonic();
      await untilLimit({ clock, timeoutMs: pauseMs * (0.5 + clock.random()), signal });
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
      if (signal.aborted) return this.#end(GIVEN_UP);
    }
  }

  /** `undefined` where another process holds the lease. */
  async #round(isThorough: boolean): Promise<SharedAttemptResult | undefined> {
    const { gate, account, signal, send } = this.#options;
    const first = await this.#read(isThorough).catch(locally);
    if (first.name === 'wait') return undefined;
    if (first.name === 'take' || first.name === 'fail') return this.#end(first);

    const entry = await gate.enter(account, signal);
    if (!entry.ok) return this.#end({ name: 'fail', failure: entry.failure });
    try {
      const decision = await this.#withPlace(first);
      if (decision.name === 'wait') return undefined;
      if (decision.name !== 'send') return this.#end(decision);
      this.#report('send');
      const outcome = gate.leave(entry.place, await send());
      return { outcome, request: { lease: decision.lease } };
    } finally {
      gate.leave(entry.place);
    }
  }

  async #withPlace(first: Send | Ask): Promise<Ending | Send | Wait> {
    if (this.#options.signal.aborted) return GIVEN_UP;
    return first.name === 'send' ? first : this.#ask(first).catch(locally);
  }

  /** Reads what other processes have shared. */
  async #read(isThorough: boolean): Promise<Ending | Wait | Ask> {
    const { gate, account, reader } = this.#options;
    const grant = await this.#readToken();
    if (grant !== undefined) return { name: 'take', grant };
    if (!isThorough) return { name: 'wait' };
    const failure = await reader.failure();
    if (failure !== undefined) return { name: 'fail', failure };
    const hasToQueue = !gate.hasRoomFor(account);
    return hasToQueue && !(await this.#mayQueue()) ? { name: 'wait' } : { name: 'ask', hasToQueue };
  }

  /** Asks for the lease, and reads the token again. */
  async #ask({ hasToQueue }: Ask): Promise<Ending | Send | Wait> {
    // While this process queued, another one may have met a failure that concerns all accounts.
    const failure = hasToQueue ? await this.#options.reader.failure() : undefined;
    if (failure !== undefined) return { name: 'fail', failure };
    const lease = await this.#takeLease();
    if (lease === undefined && !(this.#isImpatient && (await this.#isOverdue()))) return { name: 'wait' };
    // Since the first read, the last holder of the lease may have written a token.
    const grant = await this.#readToken();
    if (grant === undefined) return { name: 'send', lease };
    await ifAvailable(lease?.endIn(1));
    return { name: 'take', grant };
  }

  /** A forced refresh asks for a new token: a stored one does not count. */
  async #readToken(): Promise<TokenGrant | undefined> {
    const { demand, reader, newest } = this.#options;
    return demand.cause === 'forced' ? undefined : reader.token(demand, newest);
  }

  /** Not while another process holds the lease: its token arrives sooner than a place in the queue. */
  async #mayQueue(): Promise<boolean> {
    const { store, leaseKey, clock } = this.#options;
    const isHeld = (await store.run((checked) => checked.get(leaseKey))) !== null;
    // Time in the queue does not count as time that the lease was held.
    this.#heldSince = isHeld ? (this.#heldSince ?? clock.monotonic()) : undefined;
    return !isHeld || this.#isImpatient;
  }

  async #takeLease(): Promise<Lease | undefined> {
    const lease = await Lease.take(this.#leaseOptions, this.#leaseCheck);
    if (lease instanceof Lease) return lease;
    // A store that says twice that a lease is held, and never shows it, is not waited for.
    this.#leaseCheck = lease === 'held' ? 'no' : 'must exist';
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

  /** The callers' wait is about to end, and the first holder of the lease has had the time for a request. */
  get #isImpatient(): boolean {
    const { leaseMs, requestTimeoutMs, waitTimeoutMs } = this.#options;
    const patienceMs = Math.max(requestTimeoutMs + WRITING_MS, waitTimeoutMs * PATIENT_SHARE);
    return this.#heldForMs >= Math.min(leaseMs + PATIENCE_MS, patienceMs);
  }

  /** Not so for a lease taken a short while ago, after its last holder died: a request of this process would be no faster. */
  async #isOverdue(): Promise<boolean> {
    const { leaseMs, requestTimeoutMs } = this.#options;
    if (this.#heldForMs >= leaseMs + PATIENCE_MS) return true;
    const msLeft = await Lease.msLeft(this.#leaseOptions);
    const heldMs = typeof msLeft === 'number' ? leaseMs - msLeft : Number.NEGATIVE_INFINITY;
    return heldMs < 0 || heldMs >= requestTimeoutMs;
  }

  #end(ending: Ending): SharedAttemptResult {
    this.#report(ending.name);
    if (ending.name === 'take') return { outcome: { ok: true, grant: ending.grant } };
    return { outcome: { ok: false, failure: ending.failure } };
  }

  #report(decision: keyof typeof WAIT_OUTCOMES): void {
    const { clock, onLeaseWait } = this.#options;
    if (this.#waitsSince === undefined) return;
    onLeaseWait?.({ durationMs: clock.monotonic() - this.#waitsSince, outcome: WAIT_OUTCOMES[decision] });
  }
}

/** Local mode: while the store is unavailable, the process sends its requests without a lease. */
function locally(error: unknown): Send {
  if (error instanceof StoreUnavailable) return LOCAL;
  throw error;
}
