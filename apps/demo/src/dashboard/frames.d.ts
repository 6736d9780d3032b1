/* The messages from the server to the page. Declarations only: server and page are compiled with different settings. */

/** The results of the demo's calls in one interval. */
export interface CallInterval {
  /** End of the interval, epoch milliseconds. */
  readonly at: number;
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds; absent if no call ended. */
  readonly medianMs?: number;
  readonly slowestMs?: number;
}

export type AccountState = 'empty' | 'valid' | 'degraded' | 'cooling' | 'closed';

/** The `status()` of one account. Times are epoch milliseconds. */
export interface AccountView {
  readonly account: string;
  readonly state: AccountState;
  readonly generation: number;
  readonly fingerprint?: string;
  readonly obtainedAt?: number;
  readonly expiresAt?: number;
  readonly nextRefreshAt?: number;
  readonly retryAt?: number;
  /** The `kind` of the last failure. */
  readonly failure?: string;
}

/** One of `events`, with the fields that the page shows. */
export interface FeedEntry {
  /** Grows by one with each entry. */
  readonly id: number;
  readonly type: string;
  readonly account: string;
  readonly at: number;
  /** The number of events that this entry combines. */
  readonly count: number;
  readonly cause?: string;
  readonly kind?: string;
  readonly fingerprint?: string;
  readonly durationMs?: number;
  readonly retryAt?: number;
  readonly attempts?: number;
}

export interface Totals {
  readonly answered: number;
  readonly failed: number;
  /** Failed calls that got no token and were not sent. */
  readonly failedWithoutToken: number;
  readonly obtained: number;
  readonly failedAttempts: number;
  readonly replays: number;
}

/** The emulator's counts: requests received, and answers by status. */
export interface ServerSide {
  readonly token: ServerCounts;
  readonly resource: ServerCounts;
}

export interface ServerCounts {
  readonly total: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

export interface LoadView {
  readonly callsPerSecond: number;
  readonly inFlight: number;
}

export type FaultName = 'revoke' | 'outage' | 'rate-limit' | 'slow' | 'html' | 'rotate' | 'resource-outage';

/** A running fault. */
export interface FaultView {
  readonly name: FaultName;
  readonly endsAt: number;
}

export type StoryStep = 'renewal' | FaultName | 'end';

export interface StoryView {
  readonly step: StoryStep;
  /** From 1. */
  readonly number: number;
  readonly steps: number;
  /** Calls that ended since the step began. */
  readonly answered: number;
  readonly failed: number;
  /** Calls that failed before the step in which the API itself is down. */
  readonly failedBefore: number;
}

/** Sent every quarter of a second. */
export interface Frame {
  readonly at: number;
  readonly interval: CallInterval;
  readonly accounts: readonly AccountView[];
  /** New since the last frame, oldest first. */
  readonly events: readonly FeedEntry[];
  readonly totals: Totals;
  readonly server?: ServerSide;
  readonly load: LoadView;
  readonly faults: readonly FaultView[];
  readonly story?: StoryView;
}

/** Sent first, with the history. */
export interface Snapshot extends Frame {
  readonly emulated: boolean;
  /** The loads that the user can choose, in calls per second. */
  readonly rates: readonly number[];
  readonly history: readonly CallInterval[];
}
