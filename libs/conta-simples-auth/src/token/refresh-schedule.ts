import type { Clock, Instant, Moment, Timer } from '../support/clock.js';

/** When a token is renewed and until when it is served, in milliseconds from the moment its request was sent. */
export interface RefreshWindow {
  readonly refreshAfterMs: number;
  readonly serveForMs: number;
}

export interface RefreshWindowInput {
  readonly lifetimeMs: number;
  /** Share of the lifetime, 0.1 to 0.95, after which to refresh. */
  readonly refreshAt: number;
  /** How long the request for this token took. */
  readonly requestMs: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** Subtracted from the share, at random, so that replicas which started together do not refresh together. */
const JITTER_SHARE = 0.05;
/** A token is not served in the last part of its lifetime: the call that it is sent with still has to arrive. */
export const MARGIN_SHARE = 0.02;
const MAX_MARGIN_MS = 30_000;

export function refreshWindow({ lifetimeMs, refreshAt, requestMs, random }: RefreshWindowInput): RefreshWindow {
  const margin = Math.min(MAX_MARGIN_MS, lifetimeMs / 2, Math.max(lifetimeMs * MARGIN_SHARE, requestMs));
  const serveForMs = lifetimeMs - margin;
  const wished = lifetimeMs * (refreshAt - JITTER_SHARE * random);
  // With a very short lifetime the refresh itself must still fit in before the limit.
  const refreshAfterMs = Math.max(0, Math.min(wished, serveForMs - requestMs));
  return { refreshAfterMs, serveForMs };
}

const LONGEST_INTERVAL_MS = 5_000;
const SHORTEST_INTERVAL_MS = 250;

/** The least time between the starts of two token requests of one account. */
export function minimumIntervalMs(lastLifetimeMs: number | undefined): number {
  if (lastLifetimeMs === undefined) return SHORTEST_INTERVAL_MS;
  return Math.max(SHORTEST_INTERVAL_MS, Math.min(LONGEST_INTERVAL_MS, lastLifetimeMs / 10));
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * What keeps the token requests of one account apart; fields of its cycle, since thousands of accounts have them. By the
 * monotonic clock, in whole milliseconds, which V8 stores without an allocation.
 */
export interface RequestTimes {
  /** The lifetime of the last token, which the minimum interval depends on. */
  lastLifetimeMs: number | undefined;
  /** When the last request started, if the interval after it has to be kept. */
  requestedAt: number | undefined;
  /** When the last request would have started if each had kept the interval. */
  regularStart: number | undefined;
}

/** When the minimum interval after the last request ends. */
export function intervalEnd({ requestedAt, lastLifetimeMs }: RequestTimes): number {
  return requestedAt === undefined ? NEVER : requestedAt + minimumIntervalMs(lastLifetimeMs);
}

export function noteRequest(times: RequestTimes, now: Instant): void {
  const regularStart = (times.regularStart ?? NEVER) + minimumIntervalMs(times.lastLifetimeMs);
  times.regularStart = Math.ceil(Math.max(now.monotonic, regularStart));
  times.requestedAt = Math.ceil(now.monotonic);
}

/**
 * Lets the next request start at once, for a token that worked and was then rejected. A waived request uses up the interval
 * that follows: until as much time has passed without a request, there is no other waiver.
 */
export function waiveInterval(times: RequestTimes, now: Instant): void {
  if (now.monotonic >= (times.regularStart ?? NEVER)) times.requestedAt = undefined;
}

/** What decides when the next request starts. */
export interface NextRequest extends RequestTimes {
  readonly held: { dueInMs(now: Moment): number } | undefined;
  readonly failureState: { readonly untilMonotonic: number } | undefined;
  readonly isAwaited: boolean;
}

/** Milliseconds until the next request may start; 0 when it may. */
export function allowedInMs(next: NextRequest, now: Instant): number {
  const end = intervalEnd(next);
  return Math.max(0, Math.max(end, next.failureState?.untilMonotonic ?? end) - now.monotonic);
}

/** Milliseconds until the next request is due; 0 when it is. */
export function dueInMs(next: NextRequest, now: Moment): number {
  const earliestInMs = allowedInMs(next, now);
  if (next.failureState !== undefined || next.held === undefined || next.isAwaited) return earliestInMs;
  return Math.max(earliestInMs, next.held.dueInMs(now));
}

/** Where a running timer is listed, so that an operator can find it. */
export interface TimerListing {
  /** Adds a timer. The previous one has been removed. */
  add(handle: unknown): void;
  /** Removes the timer that was added last, if it is still there. */
  remove(): void;
}

/** Where the refresh timer of an account is listed. */
export type ListTimer = (account: string) => TimerListing;

/**
 * The longest single sleep. Well under the 2^31-1 ms beyond which `setTimeout` fires at once, and short enough that a
 * clock set forward or a resumed machine is noticed within minutes, even without calls.
 */
const MAX_STEP_MS = 300_000;

/**
 * The refresh timer of one account. It does not keep the process alive. Best effort: if it fires late, or if the
 * application clears it, the next call refreshes.
 */
export class RefreshTimer {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #listing: TimerListing | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isArmed(): boolean {
    return this.#timer !== undefined;
  }

  /** Replaces the running timer. `onTimer` is called after at most five minutes: it has to check what is due. */
  arm(delayMs: number, onTimer: () => void, listing?: TimerListing | undefined): void {
    this.cancel();
    const fire = () => {
      this.cancel();
      onTimer();
    };
    this.#timer = this.#clock.setTimer(fire, Math.min(MAX_STEP_MS, Math.max(0, Math.ceil(delayMs))));
    this.#listing = listing;
    listing?.add(this.#timer.handle);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#listing?.remove();
    this.#listing = undefined;
  }
}
