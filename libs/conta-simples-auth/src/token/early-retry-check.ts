import type { Instant } from '../support/clock.js';
import type { FailureState } from './failure-state.js';
import type { KeeperSettings } from './keeper-settings.js';
import type { TokenSource } from './token-source.js';

const CHECK_INTERVAL_MS = 5_000;
/** How long callers wait for a check, from its start: enough for a file or a store nearby. A slow vault delays no caller. */
const CALLER_WAIT_MS = 50;

/**
 * Checks whether a retry is worthwhile before the cool-down ends: after a rotation, or when another process has shared a
 * token. Runs only while the account is used, and at most every 5 s, because it may cost a query of a vault.
 */
export class EarlyRetryCheck {
  /** By the monotonic clock. */
  readonly startedAt: number;
  isRunning = true;
  /** Resolves after the result was applied. */
  done: Promise<void> = Promise.resolve();
  readonly #abort = new AbortController();

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** Whether to retry now. Never rejects: a source does not throw, and if it does, there is no reason to retry. */
  async run(source: TokenSource, lastValue: string | undefined): Promise<boolean> {
    const { signal } = this.#abort;
    let isWorthwhile = false;
    try {
      isWorthwhile = await source.canRetryEarly(lastValue, signal);
    } catch {}
    this.isRunning = false;
    return isWorthwhile && !signal.aborted;
  }

  /** How long a caller that comes now waits for {@link EarlyRetryCheck.done}. */
  callerWaitMs({ monotonic }: Instant): number {
    return Math.max(0, this.startedAt + CALLER_WAIT_MS - monotonic);
  }

  /** Ends the check; its result is ignored. */
  cancel(): void {
    this.isRunning = false;
    this.#abort.abort();
  }
}

/** The account that a check is made for. */
export interface RetryTarget {
  readonly settings: Pick<KeeperSettings, 'inContext'>;
  readonly source: TokenSource;
  readonly lastValue: string | undefined;
  retryNow(failed: FailureState): void;
}

/** Starts a check, which ends the cool-down if a retry is worthwhile. */
export function startEarlyRetryCheck(target: RetryTarget, failed: FailureState, now: Instant): EarlyRetryCheck {
  const check = new EarlyRetryCheck(now.monotonic);
  check.done = target.settings.inContext(async () => {
    if (await check.run(target.source, target.lastValue)) target.retryNow(failed);
  });
  return check;
}

/** Milliseconds until the next check is due; 0 while one runs. */
export function earlyRetryCheckDueInMs(
  failed: FailureState | undefined,
  last: EarlyRetryCheck | undefined,
  { monotonic }: Instant,
): number {
  if (failed === undefined) return Number.POSITIVE_INFINITY;
  if (last?.isRunning) return 0;
  // The failed attempt read the credentials, so the first interval starts there.
  const lastRead = Math.max(last?.startedAt ?? Number.NEGATIVE_INFINITY, failed.at.monotonic);
  return Math.max(0, lastRead + CHECK_INTERVAL_MS - monotonic);
}
