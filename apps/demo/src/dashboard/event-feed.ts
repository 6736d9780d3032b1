import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type ContaSimplesTokenEvent, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import type { Subscription } from 'rxjs';
import type { FeedEntry } from './frames.js';
import { Ring } from './ring.js';

const KEPT_ENTRIES = 100;

type Entry = { -readonly [K in keyof FeedEntry]: FeedEntry[K] };

/** The events of the library, kept for pages that are opened later. */
@Injectable()
export class EventFeed implements OnModuleDestroy {
  readonly #kept = new Ring<FeedEntry>(KEPT_ENTRIES);
  readonly #subscription: Subscription;
  /** Replays of the current interval, by account. A revoked token causes many; they are shown as one entry. */
  #openReplays = new Map<string, Entry>();
  #lastId = 0;
  #takenId = 0;
  #obtained = 0;
  #failedAttempts = 0;
  #replays = 0;

  constructor(tokens: ContaSimplesTokenService) {
    this.#subscription = tokens.events.subscribe((event) => this.#note(event));
  }

  get entries(): FeedEntry[] {
    return this.#kept.toArray();
  }

  get totals() {
    return { obtained: this.#obtained, failedAttempts: this.#failedAttempts, replays: this.#replays };
  }

  /** The entries since the last call. */
  take(): FeedEntry[] {
    const taken = this.#takenId;
    this.#takenId = this.#lastId;
    this.#openReplays = new Map();
    return this.entries.filter(({ id }) => id > taken);
  }

  onModuleDestroy(): void {
    this.#subscription.unsubscribe();
  }

  #note(event: ContaSimplesTokenEvent): void {
    if (event.type === 'acquired' && event.cause !== 'shared') this.#obtained++;
    if (event.type === 'refresh_failed') this.#failedAttempts++;
    if (event.type === 'replayed') {
      this.#replays++;
      const open = this.#openReplays.get(event.account);
      if (open !== undefined) {
        open.count++;
        return;
      }
    }
    const entry = this.#entryOf(event);
    this.#kept.push(entry);
    if (event.type === 'replayed') this.#openReplays.set(event.account, entry);
  }

  #entryOf(event: ContaSimplesTokenEvent): Entry {
    const { type, account, at } = event;
    const entry: Entry = { id: ++this.#lastId, type, account, at, count: 1 };
    if ('cause' in event) entry.cause = event.cause;
    if ('kind' in event) entry.kind = event.kind;
    if ('fingerprint' in event) entry.fingerprint = event.fingerprint;
    if ('durationMs' in event) entry.durationMs = event.durationMs;
    if ('retryAt' in event) entry.retryAt = event.retryAt;
    if ('attempts' in event) entry.attempts = event.attempts;
    return entry;
  }
}
