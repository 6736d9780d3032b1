import type { TokenFailure, TokenOutcome } from './token-source.js';

/** What the gate remembers of an account. */
export interface GateAccount {
  /** Whether its last request hung: it got no answer for so long that the gate no longer counted it. */
  isSuspect: boolean;
}

/** A place among the token requests that a process runs at once. */
export interface RequestPlace {
  readonly account: GateAccount;
  /** {@link GateAccount.isSuspect} when it entered. */
  readonly isSuspect: boolean;
  /** By the monotonic clock. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

export type GateEntry =
  | { readonly ok: true; readonly place: RequestPlace }
  | { readonly ok: false; readonly failure: TokenFailure };

/** Limits the token requests of a process. Each request enters, is sent, and leaves with its outcome. */
export interface RequestGate {
  /** Whether a request of this account would be sent now, without waiting for another to end. */
  hasRoomFor(account: GateAccount): boolean;
  /** Waits for a place. Fails while all accounts of this IP address have to wait. */
  enter(account: GateAccount, signal: AbortSignal): Promise<GateEntry>;
  /** Frees the place. Returns the outcome; a failure that concerns the IP address gets the time until the next request. */
  leave(place: RequestPlace, outcome: TokenOutcome): TokenOutcome;
  /** Frees the place if it is still taken: no request was sent, or it threw. */
  leave(place: RequestPlace): void;
}
