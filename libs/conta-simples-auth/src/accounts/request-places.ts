import type { Clock, Timer } from '../support/clock.js';
import { WaitingLine } from './waiting-line.js';

/** Token requests that may run at once in a process, for all accounts together, while the token endpoint answers. */
const PLACES = 16;
/** The most that run at once, however many of them hang. */
const MAX_RUNNING = 256;
/** For each request that hangs, this many others may run. So 160 hanging accounts delay another one by little over a second. */
const PLACES_PER_HANGING = 10;
/** A request without an answer hangs after this time, or after twice the usual time of an answer if that is longer. */
const HANGS_AFTER_MS = 1_050;
const USUAL_TIMES = 2;
/** The weight of the latest answer in the usual time. */
const NEWEST_WEIGHT = 1 / 8;
/** An account whose last request hung waits this long for a place, then fails. */
const SUSPECT_WAIT_MS = 2_000;
const CHECK_EVERY_MS = 100;

/** A request that waits for a place. */
interface WaitingRequest {
  /** When it began to wait, by the monotonic clock. */
  readonly since: number;
  hasLeft: boolean;
  /** Ends the wait, with a place or without one. */
  readonly end: (hasPlace: boolean) => void;
}

/** A request that has a place. */
export interface Place {
  readonly startedAt: number;
  readonly isSuspect: boolean;
}

/**
 * Decides which token requests run and which wait. Requests that hang must not hold all places: they are not counted once
 * they have run too long, and accounts whose last request hung get 16 places together, so that others are always served.
 */
export class RequestPlaces {
  readonly #clock: Clock;
  /** In the order in which they started. */
  readonly #running = new Set<Place>();
  /** Requests of accounts whose last request hung wait in a line of their own. */
  readonly #lines = { usual: new WaitingLine<WaitingRequest>(), suspect: new WaitingLine<WaitingRequest>() };
  #suspectsRunning = 0;
  #isSuspectsTurn = false;
  /** How long an answer takes, set by the first one. */
  #usualMs: number | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hasRoom(isSuspect: boolean): boolean {
    if (this.#isClosed || (isSuspect && this.#suspectsRunning >= PLACES)) return false;
    return this.#running.size < PLACES || this.#running.size < this.#limit();
  }

  /** A place at once, also above the limit. */
  take(isSuspect: boolean): Place {
    const place = { startedAt: this.#clock.monotonic(), isSuspect };
    this.#running.add(place);
    if (isSuspect) this.#suspectsRunning++;
    return place;
  }

  /**
   * Waits for a place; `undefined` if none became free for an account whose last request hung. If the signal aborts, the
   * request gets a place at once: it sees the aborted signal and ends.
   */
  wait(isSuspect: boolean, signal: AbortSignal): Promise<Place | undefined> {
    return new Promise((resolve) => {
      const request: WaitingRequest = {
        since: this.#clock.monotonic(),
        hasLeft: false,
        end: (hasPlace) => {
          request.hasLeft = true;
          signal.removeEventListener('abort', leave);
          resolve(hasPlace ? this.take(isSuspect) : undefined);
        },
      };
      const leave = () => request.end(true);
      this.#lines[isSuspect ? 'suspect' : 'usual'].push(request);
      signal.addEventListener('abort', leave, { once: true });
      if (!this.#isClosed) this.#timer ??= this.#armCheck();
    });
  }

  /** Whether the request of this place has run so long that it is taken to hang. */
  hangs(place: Place): boolean {
    return this.#clock.monotonic() - place.startedAt >= this.#hangsAfterMs;
  }

  /** Frees a place. `isAnswered` is whether the token endpoint gave any answer. */
  leave(place: Place, isAnswered: boolean): void {
    this.#running.delete(place);
    if (place.isSuspect) this.#suspectsRunning--;
    if (isAnswered) {
      const tookMs = this.#clock.monotonic() - place.startedAt;
      this.#usualMs = (this.#usualMs ?? tookMs) * (1 - NEWEST_WEIGHT) + tookMs * NEWEST_WEIGHT;
    }
    this.#admit();
  }

  /** The application ends: what waits gets no place any more, until its signal aborts. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  get #hangsAfterMs(): number {
    return Math.max(HANGS_AFTER_MS, (this.#usualMs ?? 0) * USUAL_TIMES);
  }

  #limit(): number {
    let limit = PLACES;
    for (const place of this.#running) {
      if (limit >= MAX_RUNNING || !this.hangs(place)) break;
      limit += PLACES_PER_HANGING;
    }
    return Math.min(MAX_RUNNING, limit);
  }

  #admit(): void {
    for (let request = this.#next(); request !== undefined; request = this.#next()) request.end(true);
  }

  /** Of the two lines in turn, so that neither holds up the other. */
  #next(): WaitingRequest | undefined {
    const { usual, suspect } = this.#lines;
    const mayBeSuspect = suspect.first !== undefined && this.hasRoom(true);
    if (!mayBeSuspect && (usual.first === undefined || !this.hasRoom(false))) return undefined;
    const isSuspect = mayBeSuspect && (this.#isSuspectsTurn || usual.first === undefined);
    this.#isSuspectsTurn = !isSuspect;
    return (isSuspect ? suspect : usual).shift();
  }

  /** No request ends while all of them hang, so the time has to be looked at. */
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
