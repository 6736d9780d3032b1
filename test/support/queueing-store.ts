import type { TokenStore } from '../../libs/conta-simples-auth/src/store/token-store.js';

type SetArguments = Parameters<TokenStore['set']>;

/**
 * One process's connection to a store. While it is cut, writes wait in the client's queue and nothing is answered; later
 * they are carried out in order, with the whole life that they were sent with.
 */
export class QueueingStore implements TokenStore {
  isCut = false;
  /** Set: the connection is cut by the first write of a key that ends so. */
  cutBy: string | undefined;
  readonly #store: TokenStore;
  readonly #queue: { readonly args: SetArguments; readonly done: (wasSet: boolean) => void }[] = [];

  constructor(store: TokenStore) {
    this.#store = store;
  }

  get(key: string): Promise<string | null> {
    return this.isCut ? new Promise(() => {}) : this.#store.get(key);
  }

  set(...args: SetArguments): Promise<boolean> {
    if (this.cutBy !== undefined && args[0].endsWith(this.cutBy)) this.isCut = true;
    return this.isCut ? new Promise((done) => this.#queue.push({ args, done })) : this.#store.set(...args);
  }

  ttlMs(key: string): Promise<number | null | undefined> {
    return this.isCut ? new Promise(() => {}) : this.#store.ttlMs(key);
  }

  /** Carries out what waits, or only the first writes of it: the process ended before it sent the others. */
  async reconnect(writes = Number.POSITIVE_INFINITY): Promise<void> {
    this.cutBy = undefined;
    this.isCut = writes !== Number.POSITIVE_INFINITY;
    for (const { args, done } of this.#queue.splice(0).slice(0, writes)) {
      const wasSet = await this.#store.set(...args);
      if (!this.isCut) done(wasSet);
    }
  }
}
