/* What goes from the server to the page. Declarations only: two programs are compiled against them, with different settings. */

/** What became of the demo's own calls in one interval. */
export interface CallInterval {
  /** End of the interval, epoch milliseconds. */
  readonly at: number;
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds; absent where no call ended. */
  readonly medianMs?: number;
  readonly slowestMs?: number;
}

export type AccountState = 'empty' | 'valid' | 'degraded' | 'cooling' | 'closed';

/** What `status()` says of one account. Instants are epoch milliseconds. */
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

/** One of `events`, without what the page does not show. */
export interface FeedEntry {
  /** Grows by one with each entry. */
  readonly id: number;
  readonly type: string;
  readonly account: string;
  readonly at: number;
  /** Events in a row that this entry stands for. */
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
  /** Of the failed: those that got no token, and so were never sent. */
  readonly failedWithoutToken: number;
  readonly obtained: number;
  readonly failedAttempts: number;
  readonly replays: number;
}

/** What the emulator counted: requests that arrived, and answers by status. */
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

/** A fault that is going on. */
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
  /** Calls that failed before the step in which the resource server itself is down. */
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

/** Sent first, with what came before. */
export interface Snapshot extends Frame {
  readonly emulated: boolean;
  /** Calls a second that may be asked for. */
  readonly rates: readonly number[];
  readonly history: readonly CallInterval[];
}
