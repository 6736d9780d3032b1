import type { Clock, Timer } from '../support/clock.js';
import type { TokenKeeper } from '../token/keeper.js';

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

/** For each new account, so many accounts are checked for whether they have obtained a token since. */
const CHECKED_PER_ADDITION = 2;
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
  /** Accounts that had no token when they were examined. They are evicted before all others. */
  readonly #withoutToken = new EvictionQueue<Entry>();
  readonly #withToken = new EvictionQueue<Entry>();
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
    // So that few are left to move when the first account has to be evicted.
    for (let checked = 0; checked < CHECKED_PER_ADDITION; checked++) this.#moveIfHadToken();
    const entry: Entry = { keeper, score: keeper.usedAt, at: -1 };
    this.#entries.set(account, entry);
    this.#size++;
    this.#withoutToken.add(entry);
  }

  delete(account: string): TokenKeeper | undefined {
    const entry = this.#entries.get(account);
    if (entry === undefined) return undefined;
    this.#entries.delete(account);
    this.#size--;
    this.#unqueue(entry);
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
      if (entry === 'again') continue;
      if (entry === undefined) break;
      this.delete(entry.keeper.account);
      entry.keeper.retire(this.#options.successor);
    }
    // One too many is about to be added where it stopped early.
    if (this.#size > size || this.#busy.length > 0) this.#timer ??= this.#armShrink();
  }

  /** `again` if so many had obtained a token that none was examined for eviction. */
  #findEvictable(): Entry | 'again' | undefined {
    let best: Entry | undefined;
    let moved = false;
    for (let examined = 0; examined < MAX_EXAMINED; examined++) {
      if (this.#moveIfHadToken()) {
        moved = true;
        continue;
      }
      const queue = this.#withoutToken.first === undefined ? this.#withToken : this.#withoutToken;
      const entry = queue.first;
      if (entry === undefined) break;
      if (entry.keeper.isBusy) {
        queue.delete(entry);
        this.#busy.push(entry);
        continue;
      }
      const { usedAt } = entry.keeper;
      if (usedAt <= entry.score) return entry;
      queue.rescore(entry, usedAt);
      if (best === undefined || usedAt < best.score) best = entry;
    }
    return best ?? (moved ? 'again' : undefined);
  }

  /** Moves the first account of those without a token if it has obtained one since. */
  #moveIfHadToken(): boolean {
    const entry = this.#withoutToken.first;
    if (entry === undefined || !entry.keeper.hasHadToken) return false;
    this.#withoutToken.delete(entry);
    this.#enqueue(entry);
    return true;
  }

  #enqueue(entry: Entry): void {
    entry.score = entry.keeper.usedAt;
    (entry.keeper.hasHadToken ? this.#withToken : this.#withoutToken).add(entry);
  }

  #unqueue(entry: Entry): void {
    this.#withoutToken.delete(entry);
    this.#withToken.delete(entry);
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
      else this.#enqueue(entry);
    }
  }
}

/** A Map copies all its entries when it grows: this many take about 2 ms. */
const ENTRIES_PER_MAP = 16_384;

/**
 * A map by account name that does not block the event loop when it grows, at any size: one Map for a small number of entries,
 * several where more are expected.
 */
class NameMap<T> {
  readonly #maps: readonly Map<string, T>[];

  constructor(expected: number) {
    const count = 2 ** Math.ceil(Math.log2(Math.max(1, expected / ENTRIES_PER_MAP)));
    this.#maps = Array.from({ length: count }, () => new Map<string, T>());
  }

  get(name: string): T | undefined {
    return this.#mapOf(name)?.get(name);
  }

  set(name: string, value: T): void {
    this.#mapOf(name)?.set(name, value);
  }

  delete(name: string): void {
    this.#mapOf(name)?.delete(name);
  }

  *values(): IterableIterator<T> {
    for (const map of this.#maps) yield* map.values();
  }

  #mapOf(name: string): Map<string, T> | undefined {
    const { length } = this.#maps;
    return this.#maps[length === 1 ? 0 : hash(name) & (length - 1)];
  }
}

/** FNV-1a: names that differ in one character are spread evenly. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) value = Math.imul(value ^ name.charCodeAt(at), 0x01000193);
  return value ^ (value >>> 15);
}

/** An entry of the queue, and its position there. */
interface Evictable {
  /** The lower, the sooner it is evicted. */
  score: number;
  /** Its index in the queue; -1 while it is not in it. */
  at: number;
}

/** A binary heap, lowest score first. An entry at any position can be removed, or can get another score. */
class EvictionQueue<T extends Evictable> {
  readonly #heap: T[] = [];

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(entry: T): void {
    this.#place(entry, this.#heap.length);
    this.#rise(entry);
  }

  delete(entry: T): void {
    const { at } = entry;
    if (this.#heap[at] !== entry) return;
    const last = this.#heap.pop();
    entry.at = -1;
    if (last === undefined || last === entry) return;
    this.#place(last, at);
    this.rescore(last, last.score);
  }

  rescore(entry: T, score: number): void {
    entry.score = score;
    this.#rise(entry);
    this.#sink(entry);
  }

  #rise(entry: T): void {
    for (let at = entry.at; at > 0; ) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.score <= entry.score) return;
      this.#place(parent, at);
      this.#place(entry, above);
      at = above;
    }
  }

  #sink(entry: T): void {
    for (let at = entry.at; ; ) {
      const left = this.#heap[2 * at + 1];
      const right = this.#heap[2 * at + 2];
      const child = right !== undefined && left !== undefined && right.score < left.score ? right : left;
      if (child === undefined || child.score >= entry.score) return;
      const below = child.at;
      this.#place(child, at);
      this.#place(entry, below);
      at = below;
    }
  }

  #place(entry: T, at: number): void {
    this.#heap[at] = entry;
    entry.at = at;
  }
}
