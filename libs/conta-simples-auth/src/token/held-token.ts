import { AccessToken } from '../model/access-token.js';
import type { AcquisitionCause } from '../model/events.js';
import { type Moment, sinceMs } from './life-clock.js';
import type { RefreshWindow } from './refresh-window.js';
import type { TokenGrant } from './token-source.js';

/** A token in use: its number, why it was obtained, when it is due for renewal and until when it is handed out. */
export class HeldToken {
  readonly token: AccessToken;
  readonly generation: number;
  /** What is told of it. */
  readonly cause: AcquisitionCause;
  /** What was asked for, also where another process had it already. */
  readonly wantedFor: AcquisitionCause;
  /** Made once, so that a call with a cached token allocates nothing. */
  readonly promise: Promise<AccessToken>;
  /** The same for callers who want the bare string. */
  readonly valuePromise: Promise<string>;
  /** Whether a resource has answered anything but 401 to it. */
  accepted = false;
  /** Whether a request that had been rejected with the token before was accepted with this one. */
  acceptedReplay = false;
  /** Whether a 401 to this token was once taken for the fault of a route. */
  isDoubted = false;
  /** Since when this process holds it, in elapsed time of the {@link LifeClock}. */
  readonly heldSince: number;
  /** When to renew it, in elapsed time of the {@link LifeClock}. */
  readonly #renewAt: number;
  /** Past it the token is no longer handed out, though it has a moment to live. */
  readonly #serveUntil: number;

  constructor(
    { value, lifetimeMs, sentAt }: TokenGrant,
    window: RefreshWindow,
    now: Moment,
    { generation, cause, wantedFor }: Pick<HeldToken, 'generation' | 'cause' | 'wantedFor'>,
  ) {
    const sentElapsed = now.elapsed - sinceMs(sentAt, now);
    this.token = new AccessToken(value, sentAt.wall, sentAt.wall + lifetimeMs);
    this.generation = generation;
    this.cause = cause;
    this.wantedFor = wantedFor;
    this.promise = Promise.resolve(this.token);
    // Not made on first use: a promise keeps the asynchronous context of the request that made it.
    this.valuePromise = Promise.resolve(value);
    this.heldSince = now.elapsed;
    this.#renewAt = sentElapsed + window.refreshAfterMs;
    this.#serveUntil = sentElapsed + window.serveForMs;
  }

  isServable(now: Moment): boolean {
    return now.elapsed < this.#serveUntil;
  }

  isDue(now: Moment): boolean {
    return now.elapsed >= this.#renewAt;
  }

  /** Milliseconds it can still be handed out. */
  servableMs(now: Moment): number {
    return Math.max(0, this.#serveUntil - now.elapsed);
  }

  /** Milliseconds until it is to be renewed; 0 when it is due. */
  dueInMs(now: Moment): number {
    return Math.max(0, this.#renewAt - now.elapsed);
  }
}
