import { FAILURE_KINDS, MINUTE, SECOND, type Treatment } from '../model/failure-kinds.js';
import type { TokenFailure } from './token-source.js';

/** The longest wait, also where a header asks for more. */
export const MAX_WAIT_MS = 15 * MINUTE;
/** The most that is added, at random, to a wait that the server requested. */
const MAX_JITTER_MS = 30 * SECOND;
/** The first cool-down after a failure that lasts longer than others of its kind ({@link TokenFailure.lasting}). */
const LASTING_COOL_DOWN_MS = MINUTE;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 15 * SECOND;
const MIN_BACKOFF_CAP_MS = SECOND;
/** The failures in a row after which an account without a token stops making its callers wait. */
const PATIENCE = 2;

export interface FailureInput {
  readonly failure: TokenFailure;
  /** Failures in a row, this one included. */
  readonly attempts: number;
  /** How many of those before it were terminal: only these double a cool-down. Default: all of them. */
  readonly coolDowns?: number;
  /** The lifetime of the last token, if there was one. */
  readonly lastLifetimeMs: number | undefined;
  /** Uniform in [0, 1). */
  readonly random: number;
}

export interface FailureVerdict {
  /** How long no token request is sent, from now. */
  readonly waitMs: number;
  /** What becomes of callers for whom no token is held: wait for the next attempt, or fail now. */
  readonly callers: 'wait' | 'fail';
}

export function afterFailure(input: FailureInput): FailureVerdict {
  const { coolsForMs } = input.failure;
  const verdict = afterOwnFailure(input);
  return coolsForMs === undefined ? verdict : { ...verdict, waitMs: withJitterUp(coolsForMs, input.random) };
}

function afterOwnFailure(input: FailureInput): FailureVerdict {
  const treatment = treat(input.failure);
  switch (treatment.name) {
    case 'transient':
      return { waitMs: backoffMs(input), callers: input.attempts >= PATIENCE ? 'fail' : 'wait' };
    case 'terminal':
      return { waitMs: coolDownMs(treatment.firstCoolDownMs, input.coolDowns ?? input.attempts - 1), callers: 'fail' };
    case 'limited':
      return { waitMs: withJitterUp(limitedMs(treatment.waitMs, input.attempts), input.random), callers: 'fail' };
  }
}

/** Whether it will not go away by itself. */
export function isTerminal(failure: TokenFailure): boolean {
  return treat(failure).name === 'terminal';
}

function treat(failure: TokenFailure): Treatment {
  if (failure.retryAfterMs !== undefined) return { name: 'limited', waitMs: failure.retryAfterMs };
  if (failure.lasting === true) return { name: 'terminal', firstCoolDownMs: LASTING_COOL_DOWN_MS };
  return FAILURE_KINDS[failure.kind].treatment;
}

/**
 * Full jitter: anywhere between nothing and a doubling bound.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
function backoffMs({ attempts, lastLifetimeMs, random }: FailureInput): number {
  const cap = Math.min(
    MAX_BACKOFF_MS,
    Math.max(MIN_BACKOFF_CAP_MS, (lastLifetimeMs ?? Number.POSITIVE_INFINITY) / 100),
  );
  return random * Math.min(cap, FIRST_BACKOFF_MS * 2 ** (attempts - 1));
}

function coolDownMs(firstMs: number, coolDowns: number): number {
  return Math.min(MAX_WAIT_MS, firstMs * 2 ** coolDowns);
}

/** A server that requests no wait at each failure still gets a growing one. */
function limitedMs(requestedMs: number, attempts: number): number {
  return Math.max(requestedMs, Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempts));
}

/** Never earlier than the server requested, and not all replicas at the same moment. */
function withJitterUp(requestedMs: number, random: number): number {
  const waitMs = Math.min(MAX_WAIT_MS, requestedMs);
  return waitMs + random * Math.min(MAX_JITTER_MS, Math.max(SECOND, waitMs / 10));
}
