import type { AccessToken } from '../model/access-token.js';
import type { KeeperOptions } from './keeper-options.js';
import { WaiterGroups, type WaitLimits } from './waiter-groups.js';

/** Knows why no token came in time. */
export interface LateErrors {
  lateError(timeoutMs: number): Error;
}

/** The callers that wait for one account's next token. */
export class Waiters {
  /** Only while anybody waits: with thousands of accounts, nobody does for nearly all of them. */
  #waiting: WaiterGroups | undefined;
  readonly #options: KeeperOptions;
  readonly #late: LateErrors;

  constructor(options: KeeperOptions, late: LateErrors) {
    this.#options = options;
    this.#late = late;
  }

  get size(): number {
    return this.#waiting?.size ?? 0;
  }

  /** Resolves with the next token; rejects by the limits, or when all are told to give up. `monotonic` is now. */
  add(limits: WaitLimits, monotonic: number): Promise<AccessToken> {
    this.#waiting ??= this.#nobody();
    return this.#waiting.add(limits, monotonic);
  }

  resolveAll(token: AccessToken): void {
    this.#take()?.settleAll(token);
  }

  rejectAll(error: () => Error): void {
    this.#take()?.settleAll(error);
  }

  #nobody(): WaiterGroups {
    const { account, settings } = this.#options;
    const { clock, observer } = settings;
    const onWait = observer && (() => observer.callerWaits(account));
    return new WaiterGroups({ clock, onWait, lateError: (timeoutMs) => this.#late.lateError(timeoutMs) });
  }

  /** Who comes while these are told waits for the next. */
  #take(): WaiterGroups | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
