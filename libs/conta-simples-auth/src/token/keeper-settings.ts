import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { Clock, LifetimeClock } from '../support/clock.js';
import type { SharedTimers } from '../support/shared-timers.js';
import type { TurnTarget } from '../support/waiting-line.js';
import type { ListTimer } from './refresh-schedule.js';
import type { TokenSource } from './token-source.js';

/** Is called for what happens to callers. Events report what happens to tokens. */
export interface KeeperObserver {
  /** A caller begins to wait, in its own async context. The returned function is called when the wait ends. */
  callerWaits(account: string): () => void;
  /** A call got the held token while its refresh fails. */
  servedWhileFailing(account: string): void;
}

/** Runs `work` in the asynchronous context in which the module was created, and returns its result. */
export type RunInContext = <T>(work: () => T) => T;

/** Whether a token is obtained and renewed without calls: always, after the first token, or only while it is used. */
export type KeepFresh = 'always' | 'once_held' | 'while_used';

/** What all accounts of an application share: one object for all of them. */
export interface KeeperSettings {
  readonly environment: string;
  readonly clock: Clock;
  readonly lifetimeClock: LifetimeClock;
  /** For the waits of callers. */
  readonly waitTimers: SharedTimers;
  /** Share of a token's lifetime after which it is renewed. */
  readonly refreshAt: number;
  readonly waitTimeoutMs: number;
  readonly createSource: (account: string) => TokenSource;
  /** Asked each time: `setAccount()` may change it. */
  readonly keepFresh: (account: string) => KeepFresh;
  readonly emit: (event: ContaSimplesTokenEvent) => void;
  readonly observer?: KeeperObserver | undefined;
  /**
   * Token requests, timers and events outlive the call that started them. They run in this context, so that they do not
   * keep the memory, the log fields and the closed transaction of that call.
   */
  readonly inContext: RunInContext;
  /** Called when another client seems to use the same credentials, and each revokes the other's tokens. */
  readonly onContention: (account: string) => void;
  /** Calls `onTurn()` when the request may start, in that context. */
  readonly startTurn: (target: TurnTarget) => void;
  /** Where the refresh timer of an account is listed while it runs. */
  readonly listTimer?: ListTimer | undefined;
}

export interface KeeperOptions {
  readonly account: string;
  readonly settings: KeeperSettings;
}
