import type { RequestLog } from './request-log.js';
import { matchesTarget, type RequestRecord, type RequestTarget } from './request-record.js';

/**
 * What to wait for, and how long.
 *
 * @publicApi
 */
export interface WaitOptions {
  /** Reject after this time. Milliseconds, default 5,000. */
  readonly timeoutMs?: number;
  /** Wait for answers rather than arrivals. Default `false`. */
  readonly answered?: boolean;
}

/** Promises for future requests; all are rejected when the emulator closes. */
export class RequestWaiters {
  readonly #log: RequestLog;
  readonly #cancellations = new Set<(reason: string) => void>();

  constructor(log: RequestLog) {
    this.#log = log;
  }

  wait(
    target: RequestTarget,
    times: number,
    { timeoutMs = 5000, answered = false }: WaitOptions,
  ): Promise<RequestRecord> {
    const event = answered ? 'response' : 'request';
    let seen = this.#log.countOf(event, target);
    const last = this.#log.lastOf(event, target);
    if (seen >= times && last !== undefined) {
      return Promise.resolve(last);
    }
    const pending = new Promise<RequestRecord>((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        unsubscribe();
        this.#cancellations.delete(cancel);
      };
      const cancel = (reason: string) => {
        settle();
        reject(new Error(`Waited for ${times} × ${describe(target)} (${event}), saw ${seen}: ${reason}.`));
      };
      const timer = setTimeout(cancel, timeoutMs, `gave up after ${timeoutMs} ms`);
      const unsubscribe = this.#log.on(event, (record) => {
        seen += matchesTarget(target, record) ? 1 : 0;
        if (seen >= times) {
          settle();
          resolve(record);
        }
      });
      this.#cancellations.add(cancel);
    });
    // If a test does not await the promise, its rejection must not end the process.
    pending.catch(() => {});
    return pending;
  }

  cancelAll(reason: string): void {
    for (const cancel of [...this.#cancellations]) {
      cancel(reason);
    }
  }
}

function describe(target: RequestTarget): string {
  return typeof target === 'string' ? target : JSON.stringify({ ...target, path: target.path?.toString() });
}
