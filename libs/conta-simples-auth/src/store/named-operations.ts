import type { TokenStore } from './token-store.js';

export type StoreOperationName = 'get' | 'set' | 'ttl';

/** The three operations of a store, noting which of them was asked for last. */
export class NamedOperations implements TokenStore {
  last: StoreOperationName = 'get';
  readonly #store: TokenStore;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  get(key: string): Promise<string | null> {
    this.last = 'get';
    return this.#store.get(key);
  }

  set(...args: Parameters<TokenStore['set']>): Promise<boolean> {
    this.last = 'set';
    return this.#store.set(...args);
  }

  ttlMs(key: string): Promise<number | null | undefined> {
    this.last = 'ttl';
    return this.#store.ttlMs(key);
  }
}
