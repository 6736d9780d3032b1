import { routeTemplate } from '../resources/resource-routes.js';
import type { RequestKind, RequestRecord } from './request-record.js';

/** The key in `byStatus` for requests without a status line. */
const NO_STATUS = 'none';

/**
 * Counts of one kind of request.
 *
 * @publicApi
 */
export interface KindCounts {
  /** Arrived. */
  readonly total: number;
  /** Arrived and not yet answered. */
  readonly inFlight: number;
  /** The highest number in flight at the same time. */
  readonly peakConcurrency: number;
  /** Answered, by status; `none` for those that ended without one. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Arrived, by account name; without requests that name no account. */
  readonly byAccount: Readonly<Record<string, number>>;
}

/**
 * Counts of requests for resources.
 *
 * @publicApi
 */
export interface ResourceCounts extends KindCounts {
  /** Arrived, by route, such as `/attachments/v1/content/{attachmentId}` or `(unknown path)`. */
  readonly byPath: Readonly<Record<string, number>>;
}

/**
 * A snapshot of the requests since the start or the last `resetCounts()`.
 *
 * @publicApi
 */
export interface EmulatorCounts {
  /** At the token endpoint. */
  readonly token: KindCounts;
  /** Everywhere else. */
  readonly resource: ResourceCounts;
}

/** The running counts of one kind of request. */
export class RequestTally {
  readonly #kind: RequestKind;
  readonly #byStatus = new Map<string, number>();
  readonly #byAccount = new Map<string, number>();
  readonly #byPath = new Map<string, number>();
  #inFlight = 0;
  #peak = 0;
  arrived = 0;
  answered = 0;

  constructor(kind: RequestKind) {
    this.#kind = kind;
  }

  arrive({ account, path }: RequestRecord): void {
    this.arrived += 1;
    this.#inFlight += 1;
    this.#peak = Math.max(this.#peak, this.#inFlight);
    if (account !== undefined) {
      increment(this.#byAccount, account);
    }
    if (this.#kind === 'resource') {
      increment(this.#byPath, routeTemplate(path));
    }
  }

  settle(status: number | undefined): void {
    this.#inFlight -= 1;
    this.answered += 1;
    increment(this.#byStatus, `${status ?? NO_STATUS}`);
  }

  /** Requests in flight stay counted; the new peak starts from them. */
  reset(): void {
    this.#byStatus.clear();
    this.#byAccount.clear();
    this.#byPath.clear();
    this.#peak = this.#inFlight;
    this.arrived = 0;
    this.answered = 0;
  }

  snapshot(): ResourceCounts {
    return {
      total: this.arrived,
      inFlight: this.#inFlight,
      peakConcurrency: this.#peak,
      byStatus: Object.fromEntries(this.#byStatus),
      byAccount: Object.fromEntries(this.#byAccount),
      byPath: Object.fromEntries(this.#byPath),
    };
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
