import { routeTemplate } from '../resources/resource-routes.js';
import type { RequestKind, RequestRecord } from './request-record.js';

/** How `byStatus` calls a request that never got a status line. */
const NO_STATUS = 'none';

/**
 * How many requests of one kind there were.
 *
 * @publicApi
 */
export interface KindCounts {
  /** Arrived. */
  readonly total: number;
  /** Arrived and not yet answered. */
  readonly inFlight: number;
  /** The most that were ever in flight at one time. */
  readonly peakConcurrency: number;
  /** Answered, by status; `none` for those that ended without one. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Arrived, by the name of the account; requests that name none are left out. */
  readonly byAccount: Readonly<Record<string, number>>;
}

/**
 * How many requests for resources there were.
 *
 * @publicApi
 */
export interface ResourceCounts extends KindCounts {
  /** Arrived, by route: `/attachments/v1/content/{attachmentId}` is one, and so is `(unknown path)`. */
  readonly byPath: Readonly<Record<string, number>>;
}

/**
 * A snapshot of what arrived since the start or the last `resetCounts()`.
 *
 * @publicApi
 */
export interface EmulatorCounts {
  /** At the token endpoint. */
  readonly token: KindCounts;
  /** Everywhere else. */
  readonly resource: ResourceCounts;
}

/** The running figures of one kind of request. */
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

  /** What is in flight stays in flight: it is the starting point of the new peak. */
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
