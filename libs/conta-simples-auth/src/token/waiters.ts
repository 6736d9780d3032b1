import type { AccessToken } from './access-token.js';
import type { Clock } from './clock.js';

/** How long a caller is willing to wait for a token. */
export interface WaitOptions {
  /** Ends this caller's wait with the signal's reason; the shared request goes on for the others. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, at most `waitTimeoutMs` of the options, which is also the default. */
  readonly timeoutMs?: number | undefined;
}

interface Waiter {
  settle(outcome: AccessToken | Error): void;
}

/** The callers that wait for one account's next token, each with a deadline and a way out of its own. */
export class Waiters {
  /** Only while anybody waits: with thousands of accounts, nobody does for nearly all of them. */
  #waiting: Set<Waiter> | undefined;
  readonly #clock: Clock;
  /** Told of each wait as it begins, in the caller's async context; what it returns is called as the wait ends. */
  readonly #onWait: (() => () => void) | undefined;

  constructor(clock: Clock, onWait?: () => () => void) {
    this.#clock = clock;
    this.#onWait = onWait;
  }

  get size(): number {
    return this.#waiting?.size ?? 0;
  }

  add({ signal, timeoutMs }: { signal?: AbortSignal | undefined; timeoutMs: number }, lateError: () => Error) {
    const endOfWait = this.#onWait?.();
    return new Promise<AccessToken>((resolve, reject) => {
      const leave = () => {
        this.#waiting?.delete(waiter);
        if (this.#waiting?.size === 0) this.#waiting = undefined;
        timer.cancel();
        signal?.removeEventListener('abort', abort);
        endOfWait?.();
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        settle: (outcome) => {
          leave();
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        },
      };
      // Somebody awaits this one: it holds the process, and with it the attempt that is under way or planned.
      const timer = this.#clock.setTimer(() => waiter.settle(lateError()), timeoutMs, { hold: true });
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting ??= new Set();
      this.#waiting.add(waiter);
    });
  }

  resolveAll(token: AccessToken): void {
    for (const waiter of [...(this.#waiting ?? [])]) waiter.settle(token);
  }

  /** Each caller gets an error of its own: clients add their stack to the one they are given. */
  rejectAll(error: () => Error): void {
    for (const waiter of [...(this.#waiting ?? [])]) waiter.settle(error());
  }
}

/** Waits for something that knows no limits, no longer than the caller would. */
export function withinLimits<T>(
  work: Promise<T>,
  { signal, timeoutMs }: { signal?: AbortSignal | undefined; timeoutMs: number },
  clock: Clock,
  lateError: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal?.reason);
    const timer = clock.setTimer(() => reject(lateError()), timeoutMs, { hold: true });
    signal?.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
    });
  });
}
