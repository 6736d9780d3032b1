import { AccessToken } from './access-token.js';
import type { Instant } from './clock.js';
import { type Deadline, deadlineAfter, isReached, reanchored } from './deadline.js';
import type { AcquisitionCause } from './events.js';
import type { RefreshWindow } from './refresh-window.js';
import type { TokenGrant } from './token-source.js';

/** A token in use: its number, why it was obtained, when it is due for renewal and until when it is handed out. */
export class HeldToken {
  readonly token: AccessToken;
  readonly generation: number;
  readonly cause: AcquisitionCause;
  readonly lifeMs: number;
  /** Made once, so that a call with a cached token allocates nothing. */
  readonly promise: Promise<AccessToken>;
  readonly valuePromise: Promise<string>;
  /** Whether a resource has answered anything but 401 to it. */
  accepted = false;
  #refreshDue: Deadline;
  #limit: Deadline;

  constructor(grant: TokenGrant, window: RefreshWindow, generation: number, cause: AcquisitionCause) {
    const { value, lifeMs, sentAt } = grant;
    this.token = new AccessToken(value, sentAt.wall, sentAt.wall + lifeMs);
    this.generation = generation;
    this.cause = cause;
    this.lifeMs = lifeMs;
    this.promise = Promise.resolve(this.token);
    this.valuePromise = Promise.resolve(value);
    this.#refreshDue = deadlineAfter(sentAt, window.refreshAfterMs);
    this.#limit = deadlineAfter(sentAt, window.serveForMs);
  }

  get refreshDue(): Deadline {
    return this.#refreshDue;
  }

  /** Past it the token is no longer handed out, though it has a moment to live. */
  get limit(): Deadline {
    return this.#limit;
  }

  isServable(now: Instant): boolean {
    return !isReached(this.#limit, now);
  }

  isDue(now: Instant): boolean {
    return isReached(this.#refreshDue, now);
  }

  /** After the wall clock was set back, its limits must come as early by it as by the monotonic clock. */
  reanchor(now: Instant): void {
    this.#refreshDue = reanchored(this.#refreshDue, now);
    this.#limit = reanchored(this.#limit, now);
  }
}
