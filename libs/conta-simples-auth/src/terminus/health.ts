import { type ContaSimplesAuthErrorKind, FAILURE_KINDS } from '../model/failure-kinds.js';
import type { ContaSimplesTokenState, ContaSimplesTokenStatus } from '../model/status.js';

/** The best level first. */
export const LEVELS = ['up', 'degraded', 'down'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * Why an account is not `up`.
 *
 * @publicApi
 */
export interface HealthReason {
  /** The kind of error, or `pending` during the first token request. */
  readonly kind: ContaSimplesAuthErrorKind | 'pending';
  /** What happened. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** When it happened, ISO 8601. */
  readonly at?: string;
}

/**
 * The health of one account. Times are ISO 8601 in UTC, for human readers; `ContaSimplesTokenService.status()` has them in
 * epoch milliseconds.
 *
 * @publicApi
 */
export interface AccountHealth {
  /** The account's name. */
  readonly account: string;
  /** `unknown` if there is no such account. */
  readonly state: ContaSimplesTokenState | 'unknown';
  /** When the current token expires. */
  readonly expiresAt?: string;
  /** When that token will be refreshed, or the next attempt after a failed refresh. */
  readonly nextRefreshAt?: string;
  /** Absent if the account is `up`. */
  readonly reason?: HealthReason;
  /** When the next attempt may be made. */
  readonly retryAt?: string;
}

/**
 * `down` only if no token can be served and the last attempt failed, the first one is still running, or the module is
 * closed. An account that has not been used yet is `up`.
 */
export function levelOf({ state, pending, lastFailure }: ContaSimplesTokenStatus): Level {
  if (state === 'valid' || state === 'degraded') return state === 'valid' ? 'up' : 'degraded';
  return state === 'empty' && lastFailure === undefined && pending === undefined ? 'up' : 'down';
}

export function accountHealth(status: ContaSimplesTokenStatus): AccountHealth {
  const { account, state, expiresAt, nextRefreshAt, retryAt } = status;
  const reason = reasonOf(status);
  return {
    account,
    state,
    ...(expiresAt !== undefined && { expiresAt: iso(expiresAt) }),
    ...(nextRefreshAt !== undefined && { nextRefreshAt: iso(nextRefreshAt) }),
    ...(reason && { reason }),
    ...(retryAt !== undefined && { retryAt: iso(retryAt) }),
  };
}

export function unknownAccount(account: string): AccountHealth {
  const message = 'There is no such account';
  return {
    account,
    state: 'unknown',
    reason: { kind: 'unknown_account', message, remedy: FAILURE_KINDS.unknown_account.remedy },
  };
}

function reasonOf({ state, pending, lastFailure }: ContaSimplesTokenStatus): HealthReason | undefined {
  if (state === 'closed') return { kind: 'shut_down', message: 'The module has been closed' };
  if (lastFailure !== undefined) {
    const { kind, message, at } = lastFailure;
    return { kind, message, remedy: FAILURE_KINDS[kind].remedy, at: iso(at) };
  }
  return pending ? { kind: 'pending', message: 'The first token request is running' } : undefined;
}

/** Only a clock far out of range gives an invalid date; the health check must not throw then. */
function iso(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString();
}

/** Limits the length of a health answer with many accounts. */
const MAX_LISTED = 20;

/**
 * The health of several accounts.
 *
 * @publicApi
 */
export interface AccountsHealth {
  /** `degraded` if some of them are down and others are not. */
  readonly state: 'up' | 'degraded' | 'down';
  /** The number of accounts in each state. */
  readonly counts: Readonly<Partial<Record<ContaSimplesTokenState, number>>>;
  /** The worst first, at most 20. */
  readonly accounts: readonly AccountHealth[];
  /** The number of accounts that are not listed. */
  readonly more?: number;
}

/**
 * Invalid credentials of one account must not make the application unhealthy for the others: several accounts are `down`
 * together only if none of them can be served, or while a first token request is running.
 */
export function accountsHealth(statuses: readonly ContaSimplesTokenStatus[]): AccountsHealth {
  const ranked = statuses
    .map((status) => ({ status, level: levelOf(status) }))
    .sort((one, other) => LEVELS.indexOf(other.level) - LEVELS.indexOf(one.level));
  const counts: Partial<Record<ContaSimplesTokenState, number>> = {};
  for (const { state } of statuses) counts[state] = (counts[state] ?? 0) + 1;
  const more = ranked.length - MAX_LISTED;
  return {
    state: together(ranked),
    counts,
    accounts: ranked.slice(0, MAX_LISTED).map(({ status }) => accountHealth(status)),
    ...(more > 0 && { more }),
  };
}

/** `ranked` has the worst first. */
function together(ranked: readonly { readonly status: ContaSimplesTokenStatus; readonly level: Level }[]): Level {
  const worst = ranked[0]?.level ?? 'up';
  if (worst !== 'down') return worst;
  const isStarting = ranked.some(({ status }) => status.pending);
  return isStarting || ranked.at(-1)?.level === 'down' ? 'down' : 'degraded';
}
