import type { AcquisitionCause } from '../model/events.js';
import type { TokenFailureKind } from '../model/failure-kinds.js';
import type { Instant } from '../support/clock.js';

/** A token as it came from the token endpoint, checked. */
export interface TokenGrant {
  readonly value: string;
  /** Milliseconds from {@link TokenGrant.sentAt}. */
  readonly lifetimeMs: number;
  /** When the request for it was sent: its lifetime starts here. The server's clock is not used. */
  readonly sentAt: Instant;
  /** Set if another process obtained it and shares it. */
  readonly shared?: boolean;
}

/** Why an attempt obtained no token, without secrets. */
export interface TokenFailure {
  readonly kind: TokenFailureKind;
  /** What happened, in one clause. */
  readonly what: string;
  readonly status?: number;
  /** The code of Node or OpenSSL for a `network_error`, where there is one: `ECONNREFUSED`. */
  readonly code?: string;
  readonly requestId?: string;
  /** The wait that the server asked for, milliseconds from now, checked and capped. */
  readonly retryAfterMs?: number;
  /** How long no process of the fleet sends a request, milliseconds from now. */
  readonly notBeforeMs?: number;
  /**
   * Set where no request was made, because another process or account met this failure: for so many milliseconds more, no
   * request is sent. Replaces the wait of the kind.
   */
  readonly coolsForMs?: number;
  /**
   * Set where a retry in seconds cannot help, though it may with others of the kind: a server that will never serve such a
   * request, a proxy that requires a login.
   */
  readonly lasting?: boolean;
}

export type TokenOutcome =
  | { readonly ok: true; readonly grant: TokenGrant }
  | { readonly ok: false; readonly failure: TokenFailure };

/** What a source needs to know of an attempt. */
export interface TokenDemand {
  readonly cause: AcquisitionCause;
  /** The last token of this process: rejected, ended or due for renewal. It must not be returned again. */
  readonly replaces: string | undefined;
}

/** Where one account's token comes from. */
export interface TokenSource {
  /** Whether a new one could take its place after a success: it knows of no failure and of no other process. */
  readonly isReplaceable?: boolean;
  /** Makes one attempt. Never throws; ends when the signal aborts. */
  obtain(signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome>;
  /**
   * Whether a retry is worthwhile before the cool-down ends: the credentials differ from those that were rejected, or
   * another process has shared a token that is not `lastValue`. Sends no token request; ends early when the signal aborts.
   */
  canRetryEarly(lastValue: string | undefined, signal: AbortSignal): Promise<boolean>;
}
