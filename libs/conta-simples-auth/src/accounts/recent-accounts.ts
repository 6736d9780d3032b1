import type { TokenKeeper } from '../token/keeper.js';

/**
 * The accounts used last, up to a bound. What is least recently used is found when room is needed, by a look at all of
 * them: a call with a cached token must not pay for keeping an order.
 */
export class RecentAccounts {
  readonly #keepers = new Map<string, TokenKeeper>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(account: string): TokenKeeper | undefined {
    return this.#keepers.get(account);
  }

  add(account: string, keeper: TokenKeeper): void {
    if (this.#keepers.size >= this.#max) this.#makeRoom();
    this.#keepers.set(account, keeper);
  }

  delete(account: string): TokenKeeper | undefined {
    const keeper = this.#keepers.get(account);
    this.#keepers.delete(account);
    return keeper;
  }

  [Symbol.iterator](): IterableIterator<TokenKeeper> {
    return this.#keepers.values();
  }

  /** An eighth goes at once, so that a run of new accounts does not look at all the others for each of them. */
  #makeRoom(): void {
    const byUse = [...this.#keepers].sort(([, one], [, other]) => one.usedAt - other.usedAt);
    for (const [account, keeper] of byUse.slice(0, Math.ceil(this.#max / 8))) {
      this.#keepers.delete(account);
      keeper.retire();
    }
  }
}
