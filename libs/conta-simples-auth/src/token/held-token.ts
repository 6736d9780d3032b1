import { AccessToken } from './access-token.js';
import type { AcquisitionCause } from './events.js';
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
  #valuePromise: Promise<string> | undefined;
  /** Whether a resource has answered anything but 401 to it. */
  accepted = false;
  /** When to renew it, in elapsed time of the {@link LifeClock}. */
  readonly #renewAt: number;
  /** Past it the token is no longer handed out, though it has a moment to live. */
  readonly #serveUntil: number;

  constructor(
    { value, lifeMs, sentAt }: TokenGrant,
    window: RefreshWindow,
    now: Moment,
    { generation, cause, wantedFor }: Pick<HeldToken, 'generation' | 'cause' | 'wantedFor'>,
  ) {
    const sentElapsed = now.elapsed - sinceMs(sentAt, now);
    this.token = new AccessToken(value, sentAt.wall, sentAt.wall + lifeMs);
    this.generation = generation;
    this.cause = cause;
    this.wantedFor = wantedFor;
    this.promise = Promise.resolve(this.token);
    this.#renewAt = sentElapsed + window.refreshAfterMs;
    this.#serveUntil = sentElapsed + window.serveForMs;
  }

  /** The same for whoever wants the bare string; made when it is first asked for. */
  get valuePromise(): Promise<string> {
    this.#valuePromise ??= Promise.resolve(this.token.value);
    return this.#valuePromise;
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
