import type { TokenStore } from './token-store.js';

export type StoreOperationName = 'get' | 'set' | 'ttl';

/** The store breaks its contract. The message is logged, so it holds nothing of the store's answer. */
export class StoreFault extends Error {}

/**
 * Checks the answers of a store, which may be any object with three methods. Notes which operation was called last.
 */
export class CheckedStore {
  last: StoreOperationName = 'get';
  readonly #store: TokenStore;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  async get(key: string): Promise<string | null> {
    this.last = 'get';
    const value: unknown = await this.#store.get(key);
    if (value === null || value === undefined) return null;
    if (typeof value !== 'string') throw new StoreFault('its get() resolved with something that is not a string');
    return value;
  }

  /** `undefined` where the store does not say whether it has set the key. */
  async set(...args: Parameters<TokenStore['set']>): Promise<boolean | undefined> {
    this.last = 'set';
    const wasSet: unknown = await this.#store.set(...args);
    if (wasSet === false) return false;
    return wasSet ? true : undefined;
  }

  /** As {@link TokenStore.ttlMs}; `undefined` for an answer that is not a duration. */
  async ttlMs(key: string): Promise<number | null | undefined> {
    this.last = 'ttl';
    const left: unknown = await this.#store.ttlMs(key);
    if (left === null) return null;
    return typeof left === 'number' && left >= 0 ? left : undefined;
  }
}
