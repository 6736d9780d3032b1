import type { Clock, Timer } from '../support/clock.js';
import type { TokenKeeper } from '../token/keeper.js';
import { type Evictable, EvictionQueue } from './eviction-queue.js';
import { NameMap } from './name-map.js';

export interface RecentAccountsOptions {
  /** How many accounts are held at most. More only while all of them have a request or callers that wait. */
  readonly max: number;
  readonly clock: Clock;
  /** The keeper that an account has after it was evicted, for calls that still hold the old one. */
  readonly successor: (account: string) => TokenKeeper;
}

interface Entry extends Evictable {
  readonly keeper: TokenKeeper;
}

/** Added to the score of an account without a token, so that it comes before all others. */
const NEVER_HAD_TOKEN = -1e15;
/** Accounts examined for one eviction: with more, the least recently used of these is evicted. */
const MAX_EXAMINED = 1_000;
/** Evictions take this much of each window; the rest is evicted later, so that the event loop is not blocked. */
const BUDGET_MS = 10;
const WINDOW_MS = 50;

/**
 * The accounts used last, up to a limit. Calls with a cached token do not update the order: the score of an account is
 * corrected when it is examined for eviction.
 */
export class RecentAccounts {
  readonly #options: RecentAccountsOptions;
  readonly #entries: NameMap<Entry>;
  #size = 0;
  readonly #queue = new EvictionQueue<Entry>();
  /** Accounts that had a request or callers when they were examined. They go back to the queue later. */
  #busy: Entry[] = [];
  #timer: Timer | undefined;
  #windowStart = Number.NEGATIVE_INFINITY;
  #spentMs = 0;
  #isStopped = false;

  constructor(options: RecentAccountsOptions) {
    this.#options = options;
    this.#entries = new NameMap(options.max);
  }

  get(account: string): TokenKeeper | undefined {
    return this.#entries.get(account)?.keeper;
  }

  add(account: string, keeper: TokenKeeper): void {
    if (this.#size >= this.#options.max) this.#shrink(this.#options.max - 1);
    const entry: Entry = { keeper, score: NEVER_HAD_TOKEN, at: -1 };
    this.#entries.set(account, entry);
    this.#size++;
    this.#queue.add(entry);
  }

  /** An account has a token now: others are evicted before it. */
  noteToken(account: string): void {
    const entry = this.#entries.get(account);
    if (entry !== undefined && entry.at >= 0) this.#queue.rescore(entry, scoreOf(entry.keeper));
  }

  delete(account: string): TokenKeeper | undefined {
    const entry = this.#entries.get(account);
    if (entry === undefined) return undefined;
    this.#entries.delete(account);
    this.#size--;
    this.#queue.delete(entry);
    return entry.keeper;
  }

  /** Nothing is evicted any more: the application ends. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  *[Symbol.iterator](): IterableIterator<TokenKeeper> {
    for (const { keeper } of this.#entries.values()) yield keeper;
  }

  #shrink(size: number): void {
    if (this.#isStopped) return;
    const { clock } = this.#options;
    let now = clock.monotonic();
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now;
      this.#spentMs = 0;
    }
    while (this.#size > size && this.#spentMs < BUDGET_MS) {
      const entry = this.#findEvictable();
      const before = now;
      now = clock.monotonic();
      this.#spentMs += now - before;
      if (entry === undefined) break;
      this.delete(entry.keeper.account);
      entry.keeper.retire(this.#options.successor);
    }
    // One too many is about to be added where it stopped early.
    if (this.#size > size || this.#busy.length > 0) this.#timer ??= this.#armShrink();
  }

  #findEvictable(): Entry | undefined {
    let best: Entry | undefined;
    for (let examined = 0; examined < MAX_EXAMINED; examined++) {
      const entry = this.#queue.first;
      if (entry === undefined) break;
      if (entry.keeper.isBusy) {
        this.#queue.delete(entry);
        this.#busy.push(entry);
        continue;
      }
      const score = scoreOf(entry.keeper);
      if (score <= entry.score) return entry;
      this.#queue.rescore(entry, score);
      if (best === undefined || score < best.score) best = entry;
    }
    return best;
  }

  #armShrink(): Timer {
    return this.#options.clock.setTimer(() => {
      this.#timer = undefined;
      this.#requeueIdle();
      this.#shrink(this.#options.max);
    }, WINDOW_MS);
  }

  #requeueIdle(): void {
    const examined = this.#busy;
    this.#busy = [];
    for (const entry of examined) {
      // Removed in the meantime, or replaced by another keeper of that name.
      if (this.#entries.get(entry.keeper.account) !== entry) continue;
      if (entry.keeper.isBusy) this.#busy.push(entry);
      else {
        entry.score = scoreOf(entry.keeper);
        this.#queue.add(entry);
      }
    }
  }
}

function scoreOf({ usedAt, hasHadToken }: TokenKeeper): number {
  return hasHadToken ? usedAt : NEVER_HAD_TOKEN + usedAt;
}
