import { performance } from 'node:perf_hooks';
import { type EmulatorCounts, RequestTally } from './request-counts.js';
import { matchesTarget, type RequestRecord, type RequestTarget } from './request-record.js';

const KEPT_RECORDS = 1000;

/**
 * `'request'`: a request arrived. `'response'`: it was answered, or ended without an answer.
 *
 * @publicApi
 */
export type RequestEvent = 'request' | 'response';

/**
 * Called with the request's record, which changes until the request is answered. An error that it throws becomes an
 * uncaught exception; the request is still answered.
 *
 * @publicApi
 */
export type RequestListener = (record: RequestRecord) => void;

type Entry = { -readonly [Key in keyof RequestRecord]: RequestRecord[Key] };
type OpenEntry = Omit<RequestRecord, 'startedAt' | 'faulted' | 'status' | 'durationMs'>;

/** Counts every request, keeps the most recent 1,000 and notifies listeners. */
export class RequestLog {
  readonly #entries: Entry[] = [];
  readonly #arrivals = new WeakMap<RequestRecord, number>();
  readonly #tallies = { token: new RequestTally('token'), resource: new RequestTally('resource') };
  readonly #listeners = { request: new Set<RequestListener>(), response: new Set<RequestListener>() };

  open(details: OpenEntry): RequestRecord {
    const entry: Entry = {
      ...details,
      startedAt: Date.now(),
      faulted: false,
      status: undefined,
      durationMs: undefined,
    };
    this.#entries.push(entry);
    if (this.#entries.length > KEPT_RECORDS) {
      this.#entries.shift();
    }
    this.#arrivals.set(entry, performance.now());
    this.#tallies[entry.kind].arrive(entry);
    this.#emit('request', entry);
    return entry;
  }

  markFaulted(record: Entry): void {
    record.faulted = true;
  }

  /** Ends a request. Called just before the last bytes are sent, so that a client that has the answer finds it counted. */
  settle(record: Entry, status: number | undefined): void {
    const arrival = this.#arrivals.get(record);
    if (arrival === undefined) {
      return;
    }
    this.#arrivals.delete(record);
    record.status = status;
    record.durationMs = performance.now() - arrival;
    this.#tallies[record.kind].settle(status);
    this.#emit('response', record);
  }

  get records(): readonly RequestRecord[] {
    return [...this.#entries];
  }

  get counts(): EmulatorCounts {
    const { byPath: _never, ...token } = this.#tallies.token.snapshot();
    return { token, resource: this.#tallies.resource.snapshot() };
  }

  /** How many requests have had this event. Exact for the named targets; a pattern counts only the kept records. */
  countOf(event: RequestEvent, target: RequestTarget): number {
    const { token, resource } = this.#tallies;
    if (typeof target === 'string') {
      const field = event === 'request' ? 'arrived' : 'answered';
      return (target === 'resource' ? 0 : token[field]) + (target === 'token' ? 0 : resource[field]);
    }
    return this.#entries.filter((entry) => this.#hasHad(event, entry) && matchesTarget(target, entry)).length;
  }

  lastOf(event: RequestEvent, target: RequestTarget): RequestRecord | undefined {
    return this.#entries.findLast((entry) => this.#hasHad(event, entry) && matchesTarget(target, entry));
  }

  reset(): void {
    this.#entries.length = 0;
    this.#tallies.token.reset();
    this.#tallies.resource.reset();
  }

  on(event: RequestEvent, listener: RequestListener): () => void {
    this.#listeners[event].add(listener);
    return () => {
      this.#listeners[event].delete(listener);
    };
  }

  #hasHad(event: RequestEvent, entry: Entry): boolean {
    return event === 'request' || !this.#arrivals.has(entry);
  }

  #emit(event: RequestEvent, record: RequestRecord): void {
    for (const listener of [...this.#listeners[event]]) {
      try {
        listener(record);
      } catch (error) {
        // An error of a listener must not affect the client that waits for an answer.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
