import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { Instant } from '../support/clock.js';
import { afterFailure, isTerminal } from './failure-policy.js';
import { minimumIntervalMs } from './refresh-schedule.js';
import type { TokenFailure } from './token-source.js';

/** Failures in a row, and what follows from them until a token is obtained. */
export interface FailureState {
  readonly failure: TokenFailure;
  readonly attempts: number;
  /** How many of them were terminal. */
  readonly coolDowns: number;
  /** When the last of them was noticed. */
  readonly at: Instant;
  /** No request before this, by the monotonic clock: a wall clock set forward must not shorten a cool-down. */
  readonly untilMonotonic: number;
  /** Whether callers without a token fail at once, instead of waiting for the next attempt. */
  readonly failsCallers: boolean;
  /** How long a caller waits for the next attempt. */
  readonly callerWaitMs: number;
}

/** An attempt that takes longer is slow. */
const SLOW_MS = 1_000;
/** After a slow attempt, callers do not wait for another slow one; an endpoint that works again is faster. */
const CALLER_WAIT_AFTER_SLOW_MS = 400;

/** The account that an error is about. */
export interface ErrorSubject {
  readonly account: string;
  readonly settings: { readonly environment: string };
}

export interface FailureStateInput {
  readonly failure: TokenFailure;
  readonly previous: FailureState | undefined;
  readonly now: Instant;
  /** When the failed request was started, by the monotonic clock. */
  readonly startedAt: number;
  readonly lastLifetimeMs: number | undefined;
  readonly random: number;
}

export function failureStateAfter({
  failure,
  previous,
  now,
  startedAt,
  lastLifetimeMs,
  random,
}: FailureStateInput): FailureState {
  const attempts = (previous?.attempts ?? 0) + 1;
  const coolDowns = previous?.coolDowns ?? 0;
  const { waitMs, callers } = afterFailure({ failure, attempts, coolDowns, lastLifetimeMs, random });
  return {
    failure,
    attempts,
    coolDowns: coolDowns + (isTerminal(failure) ? 1 : 0),
    at: now,
    untilMonotonic: Math.max(
      now.monotonic + Math.max(waitMs, failure.notBeforeMs ?? 0),
      // No request was sent if another process or account met this failure.
      failure.coolsForMs === undefined ? startedAt + minimumIntervalMs(lastLifetimeMs) : Number.NEGATIVE_INFINITY,
    ),
    failsCallers: callers === 'fail',
    callerWaitMs:
      callers === 'fail' && now.monotonic - startedAt > SLOW_MS ? CALLER_WAIT_AFTER_SLOW_MS : Number.POSITIVE_INFINITY,
  };
}

/** The same failures, but with a retry allowed now: their cause may have been removed. */
export function withoutWait(failureState: FailureState): FailureState {
  return { ...failureState, untilMonotonic: Number.NEGATIVE_INFINITY };
}

/** The end of the wait, by the wall clock. */
export function retryAt(failureState: FailureState, now: Instant): number {
  return Math.round(now.wall + Math.max(0, failureState.untilMonotonic - now.monotonic));
}

export function failureError(
  failureState: FailureState,
  now: Instant,
  { account, settings: { environment } }: ErrorSubject,
): ContaSimplesAuthError {
  const { failure, attempts } = failureState;
  return new ContaSimplesAuthError({
    kind: failure.kind,
    what: failure.what,
    account,
    environment,
    attempts,
    retryAt: retryAt(failureState, now),
    ...(failure.status !== undefined && { status: failure.status }),
    ...(failure.requestId !== undefined && { requestId: failure.requestId }),
  });
}

/** For a caller whose wait is over: the failure of the account if there is one. */
export function lateError(
  timeoutMs: number,
  now: Instant,
  subject: ErrorSubject & { readonly failureState: FailureState | undefined },
): ContaSimplesAuthError {
  if (subject.failureState !== undefined) return failureError(subject.failureState, now, subject);
  const {
    account,
    settings: { environment },
  } = subject;
  const what = `No token arrived within ${timeoutMs} ms`;
  return new ContaSimplesAuthError({ kind: 'timeout', what, account, environment });
}

export function shutDownError({ account, settings: { environment } }: ErrorSubject): ContaSimplesAuthError {
  const what = 'No token is handed out after shutdown';
  return new ContaSimplesAuthError({ kind: 'shut_down', what, account, environment });
}
