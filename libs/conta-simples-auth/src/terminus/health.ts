import { type ContaSimplesAuthErrorKind, FAILURE_KINDS } from '../model/failure-kinds.js';
import type { ContaSimplesTokenState, ContaSimplesTokenStatus } from '../model/status.js';

/** Better first. */
export const LEVELS = ['up', 'degraded', 'down'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * Why an account is not simply up.
 *
 * @publicApi
 */
export interface HealthReason {
  /** A kind of error, or `pending` while the very first token is on its way. */
  readonly kind: ContaSimplesAuthErrorKind | 'pending';
  /** What happened. */
  readonly message: string;
  /** What a person should do about it, where there is anything to do. */
  readonly remedy?: string;
  /** When it happened, ISO 8601. */
  readonly at?: string;
}

/**
 * What a health check tells of one account. It is read by people first, so instants are ISO 8601 texts in UTC; the same
 * in epoch milliseconds are in `ContaSimplesTokenService.status()`.
 *
 * @publicApi
 */
export interface AccountHealth {
  /** The account's name. */
  readonly account: string;
  /** `unknown` where there is no such account. */
  readonly state: ContaSimplesTokenState | 'unknown';
  /** When the token served now ends. */
  readonly expiresAt?: string;
  /** When that token will be renewed, or when its renewal will be tried again. */
  readonly nextRefreshAt?: string;
  /** Left out where the account is simply up. */
  readonly reason?: HealthReason;
  /** When the next attempt may be made. */
  readonly retryAt?: string;
}

/**
 * `down` only where no token can be served and the last attempt failed, the first one is still under way, or the module
 * is closed. An account that nobody has asked for yet is no fault of anybody's.
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
  return pending ? { kind: 'pending', message: 'The first token is on its way' } : undefined;
}

/** No instant of ours is out of range; a clock that was set to nonsense must not make a health check throw. */
function iso(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString();
}

/** A health answer stays short, however many accounts there are. */
const MAX_LISTED = 20;

/**
 * What a health check tells of several accounts.
 *
 * @publicApi
 */
export interface AccountsHealth {
  /** `degraded` where some of them are down and others are not. */
  readonly state: 'up' | 'degraded' | 'down';
  /** How many accounts are in which state. */
  readonly counts: Readonly<Partial<Record<ContaSimplesTokenState, number>>>;
  /** The worst first, at most 20. */
  readonly accounts: readonly AccountHealth[];
  /** How many more there are. */
  readonly more?: number;
}

/**
 * One company's bad pair is no reason to take the application away from all the others: several accounts are `down`
 * together only where none of them can be served, or while a first token is still on its way.
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
