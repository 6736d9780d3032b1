import { FAILURE_KINDS } from '../model/failure-kinds.js';
import type { Clock, Timer } from '../support/clock.js';
import { WaitingLine } from '../support/waiting-line.js';
import { afterFailure } from '../token/failure-policy.js';
import type { GateAccount, GateEntry, RequestGate, RequestPlace } from '../token/request-gate.js';
import type { TokenFailure, TokenOutcome } from '../token/token-source.js';

/** Token requests that may run at once in a process, for all accounts together, while the token endpoint answers. */
const PLACES = 16;
/** The most that run at once, however many of them hang. */
const MAX_RUNNING = 256;
/** For each request that hangs, this many others may run. So 150 hanging accounts delay another one by about a second. */
const PLACES_PER_HANGING = 10;
/** A request without an answer hangs after this time, or after twice the usual time of an answer if that is longer. */
const HANGS_AFTER_MS = 1_050;
const USUAL_TIMES = 2;
/** The weight of the latest answer in the usual time. */
const NEWEST_WEIGHT = 1 / 8;
/** An account whose last request hung waits this long for a place, then fails. */
const SUSPECT_WAIT_MS = 2_000;
const CHECK_EVERY_MS = 100;

const HANGS_AGAIN: TokenFailure = {
  kind: 'timeout',
  what: 'The last token request got no answer, and too many such requests run for another to be sent',
};

/** A request that waits for a place. */
interface WaitingRequest {
  /** When it began to wait, by the monotonic clock. */
  readonly since: number;
  hasLeft: boolean;
  /** Ends the wait, with a place or without one. */
  readonly end: (hasPlace: boolean) => void;
}

/**
 * The limits of one token endpoint, for all accounts of a process:
 * - how many requests run at once. Requests that hang must not hold all places: they are not counted once they have run
 *   too long, and accounts whose last request hung (suspects) get 16 places together, so that others are always served;
 * - how long no request is sent after a failure that concerns the IP address.
 */
export class EndpointGate implements RequestGate {
  readonly #clock: Clock;
  /** In the order in which they started. */
  readonly #running = new Set<RequestPlace>();
  readonly #lines = { usual: new WaitingLine<WaitingRequest>(), suspect: new WaitingLine<WaitingRequest>() };
  #suspectsRunning = 0;
  #isSuspectsTurn = false;
  /** How long an answer takes, set by the first one. */
  #usualMs: number | undefined;
  #timer: Timer | undefined;
  #isClosed = false;
  /** The failure for which no request is sent. */
  #shut: { readonly failure: TokenFailure; readonly untilMonotonic: number } | undefined;
  #shutInARow = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hasRoomFor({ isSuspect }: GateAccount): boolean {
    return this.#hasRoom(isSuspect);
  }

  /** If the signal aborts, the request gets a place at once: it sees the aborted signal and ends. */
  async enter(account: GateAccount, signal: AbortSignal): Promise<GateEntry> {
    const isAtOnce = signal.aborted || this.#hasRoom(account.isSuspect);
    const place = isAtOnce ? this.#take(account, signal) : await this.#wait(account, signal);
    if (place === undefined) return { ok: false, failure: HANGS_AGAIN };
    const failure = this.#shutFailure();
    if (failure === undefined) return { ok: true, place };
    this.leave(place);
    return { ok: false, failure };
  }

  leave(place: RequestPlace, outcome: TokenOutcome): TokenOutcome;
  leave(place: RequestPlace): void;
  leave(place: RequestPlace, outcome?: TokenOutcome): TokenOutcome | undefined {
    if (!this.#running.delete(place)) return outcome;
    const isAnswered = outcome !== undefined && (outcome.ok || outcome.failure.status !== undefined);
    if (outcome !== undefined && !place.signal.aborted) place.account.isSuspect = !isAnswered && this.#hangs(place);
    const result = outcome && this.#shutAfter(outcome);
    if (place.isSuspect) this.#suspectsRunning--;
    if (isAnswered) {
      const tookMs = this.#clock.monotonic() - place.startedAt;
      this.#usualMs = (this.#usualMs ?? tookMs) * (1 - NEWEST_WEIGHT) + tookMs * NEWEST_WEIGHT;
    }
    this.#admit();
    return result;
  }

  /** The application ends: requests that wait get no place until their signals abort. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #shutFailure(): TokenFailure | undefined {
    if (this.#shut === undefined) return undefined;
    const { failure, untilMonotonic } = this.#shut;
    const leftMs = untilMonotonic - this.#clock.monotonic();
    if (leftMs > 0) return { ...failure, retryAfterMs: leftMs, coolsForMs: leftMs };
    this.#shut = undefined;
    return undefined;
  }

  /** Shuts the gate if the outcome is a failure that concerns the IP address. Returns the outcome, with the wait in it. */
  #shutAfter(outcome: TokenOutcome): TokenOutcome {
    if (outcome.ok) this.#shutInARow = 0;
    if (outcome.ok || FAILURE_KINDS[outcome.failure.kind].scope !== 'address') return outcome;
    const { failure } = outcome;
    // Exactly as long as the server requested: each account adds jitter to the wait that it reads here, and the fleet's
    // record has jitter for all its processes. Neither wait is ever shorter than this one.
    const { waitMs } = afterFailure({ failure, attempts: ++this.#shutInARow, lastLifetimeMs: undefined, random: 0 });
    const untilMonotonic = this.#clock.monotonic() + waitMs;
    if (this.#shut === undefined || untilMonotonic > this.#shut.untilMonotonic) {
      this.#shut = { failure, untilMonotonic };
    }
    return { ok: false, failure: { ...failure, retryAfterMs: waitMs } };
  }

  #hasRoom(isSuspect: boolean): boolean {
    if (this.#isClosed || (isSuspect && this.#suspectsRunning >= PLACES)) return false;
    return this.#running.size < PLACES || this.#running.size < this.#limit();
  }

  #limit(): number {
    let limit = PLACES;
    for (const place of this.#running) {
      if (limit >= MAX_RUNNING || !this.#hangs(place)) break;
      limit += PLACES_PER_HANGING;
    }
    return Math.min(MAX_RUNNING, limit);
  }

  /** Whether the request of this place has run so long that it is taken to hang. */
  #hangs(place: RequestPlace): boolean {
    const hangsAfterMs = Math.max(HANGS_AFTER_MS, (this.#usualMs ?? 0) * USUAL_TIMES);
    return this.#clock.monotonic() - place.startedAt >= hangsAfterMs;
  }

  /** A place at once, also above the limit. */
  #take(account: GateAccount, signal: AbortSignal, isSuspect = account.isSuspect): RequestPlace {
    const place = { account, isSuspect, startedAt: this.#clock.monotonic(), signal };
    this.#running.add(place);
    if (isSuspect) this.#suspectsRunning++;
    return place;
  }

  /** `undefined` if no place became free for an account whose last request hung. */
  #wait(account: GateAccount, signal: AbortSignal): Promise<RequestPlace | undefined> {
    const isSuspect = account.isSuspect;
    return new Promise((resolve) => {
      const request: WaitingRequest = {
        since: this.#clock.monotonic(),
        hasLeft: false,
        end: (hasPlace) => {
          request.hasLeft = true;
          signal.removeEventListener('abort', abort);
          resolve(hasPlace ? this.#take(account, signal, isSuspect) : undefined);
        },
      };
      const abort = () => request.end(true);
      this.#lines[isSuspect ? 'suspect' : 'usual'].push(request);
      signal.addEventListener('abort', abort, { once: true });
      if (!this.#isClosed) this.#timer ??= this.#armCheck();
    });
  }

  #admit(): void {
    for (let request = this.#next(); request !== undefined; request = this.#next()) request.end(true);
  }

  /** From the two lines in turn, so that neither holds up the other. */
  #next(): WaitingRequest | undefined {
    const { usual, suspect } = this.#lines;
    const mayBeSuspect = suspect.first !== undefined && this.#hasRoom(true);
    if (!mayBeSuspect && (usual.first === undefined || !this.#hasRoom(false))) return undefined;
    const isSuspect = mayBeSuspect && (this.#isSuspectsTurn || usual.first === undefined);
    this.#isSuspectsTurn = !isSuspect;
    return (isSuspect ? suspect : usual).shift();
  }

  /** Checks for room at intervals: a request that hangs does not end, but makes room once it has run too long. */
  #armCheck(): Timer {
    return this.#clock.setTimer(() => {
      this.#timer = undefined;
      const waitedSince = this.#clock.monotonic() - SUSPECT_WAIT_MS;
      const { usual, suspect } = this.#lines;
      while (suspect.first !== undefined && suspect.first.since <= waitedSince) suspect.shift()?.end(false);
      this.#admit();
      if (usual.first !== undefined || suspect.first !== undefined) this.#timer = this.#armCheck();
    }, CHECK_EVERY_MS);
  }
}
