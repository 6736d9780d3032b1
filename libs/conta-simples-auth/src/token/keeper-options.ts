import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { Clock } from '../support/clock.js';
import type { StartTurn } from './flight.js';
import type { LifeClock } from './life-clock.js';
import type { TimerListing } from './refresh-timer.js';
import type { TokenSource } from './token-source.js';

/** Told of what no event tells, because it happens to a caller and not to a token. */
export interface KeeperObserver {
  /** A caller begins to wait, in the caller's own async context. What is returned is called as the wait ends. */
  callerWaits(account: string): () => void;
  /** A call got the held token while its refresh fails. */
  servedWhileFailing(account: string): void;
}

/** Runs `work` in the asynchronous context in which the module was created, and returns its result. */
export type RunInContext = <T>(work: () => T) => T;

/** What all accounts of an application have in common: one object for all of them. */
export interface KeeperSettings {
  readonly environment: string;
  readonly clock: Clock;
  readonly lifeClock: LifeClock;
  /** Share of a life at which to refresh. */
  readonly refreshAt: number;
  readonly waitTimeoutMs: number;
  readonly emit: (event: ContaSimplesTokenEvent) => void;
  readonly observer?: KeeperObserver | undefined;
  /**
   * Token requests, timers and events run in this context, never in that of the call that started them: they outlive it,
   * and would keep its memory, its log fields and its closed transaction.
   */
  readonly inContext: RunInContext;
  /** Called when another client seems to use the same credentials, and each revokes the other's tokens. */
  readonly onContention: (account: string) => void;
  /** Left out, each request starts at once. */
  readonly startTurn?: StartTurn | undefined;
}

/** What it takes to keep one account's token. */
export interface KeeperOptions {
  readonly account: string;
  readonly settings: KeeperSettings;
  readonly source: TokenSource;
  /** When a token is renewed, or tried for again, although nobody asks: always, once there was one, or never. */
  readonly keepFresh: 'always' | 'once_held' | 'while_used';
  readonly timerListing?: TimerListing | undefined;
}
