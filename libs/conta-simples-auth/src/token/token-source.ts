import type { AcquisitionCause } from '../model/events.js';
import type { TokenFailureKind } from '../model/failure-kinds.js';
import type { Instant } from '../support/clock.js';

/** A token as it came from the token endpoint: checked, but not yet anybody's. */
export interface TokenGrant {
  readonly value: string;
  /** Milliseconds from {@link TokenGrant.sentAt}. */
  readonly lifetimeMs: number;
  /** When the request for it left: its life is counted from here, whatever the server's clock says. */
  readonly sentAt: Instant;
  /** Set where another process has asked for it, and shares it. */
  readonly shared?: boolean;
}

/** Why an attempt brought no token, in words that can be shown to anyone. */
export interface TokenFailure {
  readonly kind: TokenFailureKind;
  /** What happened, in one clause. */
  readonly what: string;
  readonly status?: number;
  readonly requestId?: string;
  /** The server's own wish, milliseconds from now, already checked and capped. */
  readonly retryAfterMs?: number;
  /** How long the fleet leaves the token endpoint alone, milliseconds from now: no less, whatever else follows. */
  readonly notBeforeMs?: number;
  /**
   * Set where no request was made: another process or account met this failure, and the token endpoint is left alone for so
   * many milliseconds more. Replaces the wait of the kind.
   */
  readonly coolsForMs?: number;
  /** Set where the kind alone would be retried too fast: a server that says it never will, a proxy that wants a login. */
  readonly slow?: boolean;
}

export type TokenOutcome =
  | { readonly ok: true; readonly grant: TokenGrant }
  | { readonly ok: false; readonly failure: TokenFailure };

/** What is asked of a source. */
export interface TokenDemand {
  readonly cause: AcquisitionCause;
  /** The last token of this process: refused, ended or due for renewal, so it must not come back. */
  readonly replaces: string | undefined;
}

/** Where one account's token comes from. */
export interface TokenSource {
  /** Makes one attempt. Never throws, and gives up when the signal says so. */
  obtain(signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome>;
  /**
   * Whether a retry is worthwhile before the cool-down ends: the credentials differ from those that were rejected, or
   * another process has shared a token that is not `lastValue`. Sends no token request; ends early when the signal aborts.
   */
  canRetryEarly(lastValue: string | undefined, signal: AbortSignal): Promise<boolean>;
}

/** One attempt, of which nothing but its outcome comes out. */
export async function attempt(source: TokenSource, signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome> {
  try {
    return await source.obtain(signal, demand);
  } catch {
    // Sources do not throw. Should one do so all the same, its error may hold anything, and is not passed on.
    return { ok: false, failure: { kind: 'network_error', what: 'The token request broke off' } };
  }
}
