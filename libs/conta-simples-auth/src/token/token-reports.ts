import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { ContaSimplesTokenState, ContaSimplesTokenStatus } from '../model/status.js';
import type { Instant, Moment } from '../support/clock.js';
import { type FailureState, retryAt } from './failure-state.js';
import type { HeldToken } from './held-token.js';
import type { KeeperSettings } from './keeper-settings.js';

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

/** A closed account is the function that makes the error of each caller. */
export type Phase = 'open' | 'retired' | 'draining' | (() => Error);

/** What the status shows of an account. */
export interface AccountState {
  readonly phase: Phase;
  readonly account: string;
  readonly generation: number;
  readonly held: HeldToken | undefined;
  readonly failureState: FailureState | undefined;
  readonly isInFlight: boolean;
  readonly settings: Pick<KeeperSettings, 'keepFresh'>;
}

export function tokenState(
  now: Moment,
  { phase, held, failureState }: Pick<AccountState, 'phase' | 'held' | 'failureState'>,
): ContaSimplesTokenState {
  if (typeof phase === 'function') return 'closed';
  if (held?.isServable(now)) return failureState ? 'degraded' : 'valid';
  return failureState?.failsCallers ? 'cooling' : 'empty';
}

export function tokenStatus(now: Moment, current: AccountState): ContaSimplesTokenStatus {
  const { account, generation, held, failureState, isInFlight, phase, settings } = current;
  const state = tokenState(now, current);
  const neverHeld = state === 'empty' && failureState === undefined && generation === 0;
  // The first token is being obtained without a call.
  const isPending = neverHeld && settings.keepFresh(account) === 'always' && (isInFlight || phase !== 'open');
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
