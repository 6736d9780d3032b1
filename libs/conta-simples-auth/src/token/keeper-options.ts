import type { Clock } from './clock.js';
import type { ContaSimplesTokenEvent } from './events.js';
import type { TimerListing } from './refresh-timer.js';
import type { TokenSource } from './token-source.js';

/** Told of what no event tells, because it happens to a caller and not to a token. */
export interface KeeperObserver {
  /** A caller begins to wait, in the caller's own async context. What is returned is called as the wait ends. */
  callerWaits(account: string): () => void;
  /** A call got the held token while its refresh fails. */
  servedWhileFailing(account: string): void;
}

/** What it takes to keep one account's token. */
export interface KeeperOptions {
  readonly account: string;
  readonly environment: string;
  readonly clock: Clock;
  readonly source: TokenSource;
  /** Share of a life at which to refresh. */
  readonly refreshAt: number;
  readonly waitTimeoutMs: number;
  /** When a token is renewed, or tried for again, although nobody asks: always, once there was one, or never. */
  readonly keepFresh: 'always' | 'once_held' | 'while_used';
  readonly emit: (event: ContaSimplesTokenEvent) => void;
  readonly timerListing?: TimerListing | undefined;
  readonly observer?: KeeperObserver | undefined;
}
