import { Injectable, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { ContaSimplesTokenService, type ContaSimplesTokenStatus } from 'nestjs-conta-simples-auth';
import { concat, defer, finalize, interval, map, type Observable, of, Subject, share, takeUntil } from 'rxjs';
import { Backend } from '../backend/backend.js';
import { CallStatistics } from './calls/call-statistics.js';
import { LoadGenerator } from './calls/load-generator.js';
import { EventFeed } from './event-feed.js';
import { FaultButtons } from './faults/fault-buttons.js';
import type { AccountView, CallInterval, FeedEntry, Frame, ServerCounts, ServerSide, Snapshot } from './frames.js';
import { Story } from './story.js';

/** Four times a second; the cost of a frame does not depend on the number of calls. */
const FRAME_MS = 250;
/** The delay before a page that has lost the stream reconnects. */
const RETRY_MS = 1_000;

/** Everything the page shows, as one stream: a snapshot, then frames. The load runs while a page is connected. */
@Injectable()
export class DashboardFeed implements OnModuleDestroy {
  readonly #closed = new Subject<void>();
  readonly #frames: Observable<MessageEvent>;
  #watchers = 0;

  constructor(
    private readonly backend: Backend,
    private readonly tokens: ContaSimplesTokenService,
    private readonly statistics: CallStatistics,
    private readonly load: LoadGenerator,
    private readonly events: EventFeed,
    private readonly faults: FaultButtons,
    private readonly story: Story,
  ) {
    this.#frames = interval(FRAME_MS).pipe(
      // Serialized once for all pages. As text, because Nest measures it to drop pages that stop reading.
      map(() => ({ type: 'frame', data: JSON.stringify(this.#frame(statistics.cut(), events.take())) })),
      takeUntil(this.#closed),
      share(),
    );
  }

  get watchers(): number {
    return this.#watchers;
  }

  stream(): Observable<MessageEvent> {
    return defer(() => {
      this.#watchers++;
      this.load.start();
      return concat(of(this.#snapshot()), this.#frames);
    }).pipe(
      finalize(() => {
        if (--this.#watchers === 0) this.load.stop();
      }),
    );
  }

  /** Ends the streams, because the server waits for them when it closes. */
  onModuleDestroy(): void {
    this.#closed.next();
    this.#closed.complete();
  }

  #snapshot(): MessageEvent {
    const now: CallInterval = { at: Date.now(), answered: 0, failed: 0 };
    const snapshot: Snapshot = {
      ...this.#frame(now, this.events.entries),
      emulated: this.backend.emulated !== undefined,
      rates: this.load.rates,
      history: this.statistics.history,
    };
    return { type: 'snapshot', retry: RETRY_MS, data: JSON.stringify(snapshot) };
  }

  #frame(interval: CallInterval, events: readonly FeedEntry[]): Frame {
    return {
      at: Date.now(),
      interval,
      accounts: this.backend.accounts.map((account) => accountView(this.tokens.status(account))),
      events,
      totals: { ...this.statistics.totals, ...this.events.totals },
      server: this.#serverSide(),
      load: this.load.view,
      faults: this.faults.running,
      story: this.story.view,
    };
  }

  #serverSide(): ServerSide | undefined {
    const counts = this.backend.emulated?.emulator.counts;
    return counts && { token: serverCounts(counts.token), resource: serverCounts(counts.resource) };
  }
}

function serverCounts({ total, byStatus }: ServerCounts): ServerCounts {
  return { total, byStatus };
}

function accountView(status: ContaSimplesTokenStatus): AccountView {
  const { account, state, generation, fingerprint, obtainedAt, expiresAt, nextRefreshAt, retryAt, lastFailure } =
    status;
  const held = { fingerprint, obtainedAt, expiresAt, nextRefreshAt };
  return { account, state, generation, ...held, retryAt, failure: lastFailure?.kind };
}
