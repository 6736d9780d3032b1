import type { Clock, Timer } from '../support/clock.js';
import type { TokenKeeper } from '../token/keeper.js';

/** What the queue writes on an account, so that it needs no object for each. */
interface Evictable {
  /** The lower, the sooner it is evicted. */
  evictionScore: number;
  /** Its index in the queue; -1 while it is not in it. */
  evictionIndex: number;
}

export interface RecentAccountsOptions {
  /** How many accounts are held at most. More only while all of them have a request or callers that wait. */
  readonly max: number;
  readonly clock: Clock;
  /** The keeper that an account has after it was evicted, for calls that still hold the old one. */
  readonly successor: (account: string) => TokenKeeper;
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
  readonly #keepers: NameMap<TokenKeeper>;
  #size = 0;
  /** Accounts that had no token when they were examined. They are evicted before all others. */
  readonly #withoutToken = new EvictionQueue<TokenKeeper>();
  readonly #withToken = new EvictionQueue<TokenKeeper>();
  /** Accounts that had a request or callers when they were examined. They go back to the queue later. */
  #busy: TokenKeeper[] = [];
  #timer: Timer | undefined;
  #windowStart = Number.NEGATIVE_INFINITY;
  #spentMs = 0;
  #isStopped = false;

  constructor(options: RecentAccountsOptions) {
    this.#options = options;
    this.#keepers = new NameMap(options.max);
  }

  get(account: string): TokenKeeper | undefined {
    return this.#keepers.get(account);
  }

  add(account: string, keeper: TokenKeeper): void {
    if (this.#size >= this.#options.max) this.#shrink(this.#options.max - 1);
    // So that few are left to move when the first account has to be evicted.
    for (let checked = 0; checked < CHECKED_PER_ADDITION; checked++) this.#moveIfHadToken();
    this.#keepers.set(account, keeper);
    this.#size++;
    keeper.evictionScore = keeper.usedAt;
    this.#withoutToken.add(keeper);
  }

  delete(account: string): TokenKeeper | undefined {
    const keeper = this.#keepers.get(account);
    if (keeper === undefined) return undefined;
    this.#keepers.delete(account);
    this.#size--;
    this.#withoutToken.delete(keeper);
    this.#withToken.delete(keeper);
    return keeper;
  }

  /** Nothing is evicted any more: the application ends. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  [Symbol.iterator](): IterableIterator<TokenKeeper> {
    return this.#keepers.values();
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
      const keeper = this.#findEvictable();
      const before = now;
      now = clock.monotonic();
      this.#spentMs += now - before;
      if (keeper === 'again') continue;
      if (keeper === undefined) break;
      this.delete(keeper.account);
      keeper.retire(this.#options.successor);
    }
    // One too many is about to be added where it stopped early.
    if (this.#size > size || this.#busy.length > 0) this.#timer ??= this.#armShrink();
  }

  /** `again` if so many had obtained a token that none was examined for eviction. */
  #findEvictable(): TokenKeeper | 'again' | undefined {
    let best: TokenKeeper | undefined;
    let moved = false;
    for (let examined = 0; examined < MAX_EXAMINED; examined++) {
      if (this.#moveIfHadToken()) {
        moved = true;
        continue;
      }
      const queue = this.#withoutToken.first === undefined ? this.#withToken : this.#withoutToken;
      const keeper = queue.first;
      if (keeper === undefined) break;
      if (keeper.isBusy) {
        queue.delete(keeper);
        this.#busy.push(keeper);
        continue;
      }
      const { usedAt } = keeper;
      if (usedAt <= keeper.evictionScore) return keeper;
      queue.rescore(keeper, usedAt);
      if (best === undefined || usedAt < best.evictionScore) best = keeper;
    }
    return best ?? (moved ? 'again' : undefined);
  }

  /** Moves the first account of those without a token if it has obtained one since. */
  #moveIfHadToken(): boolean {
    const keeper = this.#withoutToken.first;
    if (keeper === undefined || !keeper.hasHadToken) return false;
    this.#withoutToken.delete(keeper);
    this.#enqueue(keeper);
    return true;
  }

  #enqueue(keeper: TokenKeeper): void {
    keeper.evictionScore = keeper.usedAt;
    (keeper.hasHadToken ? this.#withToken : this.#withoutToken).add(keeper);
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
    for (const keeper of examined) {
      // Removed in the meantime, or replaced by another keeper of that name.
      if (this.#keepers.get(keeper.account) !== keeper) continue;
      if (keeper.isBusy) this.#busy.push(keeper);
      else this.#enqueue(keeper);
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
  /** The only one, which calls find without the array. */
  readonly #only: Map<string, T> | undefined;

  constructor(expected: number) {
    const count = 2 ** Math.ceil(Math.log2(Math.max(1, expected / ENTRIES_PER_MAP)));
    this.#maps = Array.from({ length: count }, () => new Map<string, T>());
    this.#only = count === 1 ? this.#maps[0] : undefined;
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
    return this.#only ?? this.#maps[hash(name) & (this.#maps.length - 1)];
  }
}

/** FNV-1a: names that differ in one character are spread evenly. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) value = Math.imul(value ^ name.charCodeAt(at), 0x01000193);
  return value ^ (value >>> 15);
}

/** The slots of one part of the queue: an array copies all its elements when it grows. */
const SLOTS_PER_PART = 16_384;

/** A binary heap, lowest score first. An account at any position can be removed, or can get another score. */
class EvictionQueue<T extends Evictable> {
  readonly #parts: T[][] = [];
  #size = 0;

  get first(): T | undefined {
    return this.#at(0);
  }

  add(entry: T): void {
    this.#place(entry, this.#size++);
    this.#rise(entry);
  }

  delete(entry: T): void {
    const { evictionIndex: index } = entry;
    if (this.#at(index) !== entry) return;
    const last = this.#pop();
    entry.evictionIndex = -1;
    if (last === undefined || last === entry) return;
    this.#place(last, index);
    this.rescore(last, last.evictionScore);
  }

  rescore(entry: T, score: number): void {
    entry.evictionScore = score;
    this.#rise(entry);
    this.#sink(entry);
  }

  #rise(entry: T): void {
    for (let index = entry.evictionIndex; index > 0; ) {
      const above = (index - 1) >> 1;
      const parent = this.#at(above);
      if (parent === undefined || parent.evictionScore <= entry.evictionScore) return;
      this.#place(parent, index);
      this.#place(entry, above);
      index = above;
    }
  }

  #sink(entry: T): void {
    for (let index = entry.evictionIndex; ; ) {
      const left = this.#at(2 * index + 1);
      const right = this.#at(2 * index + 2);
      const isRight = right !== undefined && left !== undefined && right.evictionScore < left.evictionScore;
      const child = isRight ? right : left;
      if (child === undefined || child.evictionScore >= entry.evictionScore) return;
      const below = child.evictionIndex;
      this.#place(child, index);
      this.#place(entry, below);
      index = below;
    }
  }

  #at(index: number): T | undefined {
    return this.#parts[Math.floor(index / SLOTS_PER_PART)]?.[index % SLOTS_PER_PART];
  }

  #place(entry: T, index: number): void {
    const part = Math.floor(index / SLOTS_PER_PART);
    this.#parts[part] ??= [];
    this.#parts[part][index % SLOTS_PER_PART] = entry;
    entry.evictionIndex = index;
  }

  #pop(): T | undefined {
    if (this.#size === 0) return undefined;
    this.#size--;
    const last = this.#parts.at(-1)?.pop();
    if (this.#parts.at(-1)?.length === 0) this.#parts.pop();
    return last;
  }
}
