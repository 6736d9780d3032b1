import type { ContaSimplesTokenState, ContaSimplesTokenStatus } from '../model/status.js';
import { type AccountHealth, accountHealth, LEVELS, type Level, levelOf } from './account-health.js';

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
