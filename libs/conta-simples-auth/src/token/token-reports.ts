import type { AcquisitionCause, ContaSimplesTokenEvent } from '../model/events.js';
import type { ContaSimplesTokenState, ContaSimplesTokenStatus } from '../model/status.js';
import type { Instant, Moment } from '../support/clock.js';
import { type FailureState, retryAt } from './failure-state.js';
import type { HeldToken } from './held-token.js';

export interface Acquisition {
  readonly cause: AcquisitionCause;
  readonly generation: number;
  readonly requestMs: number;
}

export function acquiredEvent(
  account: string,
  now: Instant,
  { token: { fingerprint, expiresAt } }: HeldToken,
  { cause, generation, requestMs }: Acquisition,
): ContaSimplesTokenEvent {
  const durationMs = Math.round(requestMs);
  return { type: 'acquired', account, at: now.wall, cause, fingerprint, generation, expiresAt, durationMs };
}

export function failureEvent(
  type: 'refresh_failed' | 'degraded' | 'cooling',
  account: string,
  now: Instant,
  failureState: FailureState,
): ContaSimplesTokenEvent {
  const { kind, what, status, requestId } = failureState.failure;
  return {
    type,
    account,
    at: now.wall,
    kind,
    message: what,
    attempts: failureState.attempts,
    retryAt: retryAt(failureState, now),
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** What the status shows of an account. */
export interface AccountState {
  readonly account: string;
  readonly state: ContaSimplesTokenState;
  readonly generation: number;
  readonly held: HeldToken | undefined;
  readonly failureState: FailureState | undefined;
  /** Whether the first token is being obtained without a call. */
  readonly isPending: boolean;
}

export function tokenStatus(
  now: Moment,
  { account, state, generation, held, failureState, isPending }: AccountState,
): ContaSimplesTokenStatus {
  const served = held?.isServable(now) ? held : undefined;
  const retry = failureState && { retryAt: retryAt(failureState, now) };
  return {
    account,
    state,
    ...(isPending && { pending: true }),
    generation,
    ...(served && {
      obtainedAt: served.token.obtainedAt,
      expiresAt: served.token.expiresAt,
      fingerprint: served.token.fingerprint,
      nextRefreshAt: retry?.retryAt ?? Math.round(now.wall + served.dueInMs(now)),
    }),
    ...(failureState && {
      lastFailure: { kind: failureState.failure.kind, at: failureState.at.wall, message: failureState.failure.what },
      ...retry,
    }),
  };
}
