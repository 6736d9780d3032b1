/**
 * Where the processes of a fleet share their tokens. The library needs three operations on single keys, and nothing that is
 * atomic over two keys: any key-value store with expiry is suitable.
 *
 * Calls may fail, hang or be carried out late: the library gives each a deadline, and continues without the store.
 *
 * @publicApi
 */
export interface TokenStore {
  /** The value of a key, or `null` where there is none; `undefined` counts as `null`. */
  get(key: string): Promise<string | null>;
  /**
   * Sets a key that expires after `ttlMs`, a whole number from 1; with `ifAbsent` only where there is none. Resolves with
   * whether it was set.
   */
  set(key: string, value: string, options: { readonly ttlMs: number; readonly ifAbsent?: boolean }): Promise<boolean>;
  /**
   * Milliseconds until a key expires: `null` where there is no such key, `Infinity` where it never expires, `undefined`
   * where the store cannot tell (it does not know, or does not permit the question).
   */
  ttlMs(key: string): Promise<number | null | undefined>;
  /** The prefix of every key, 1 to 100 visible ASCII characters. Default `conta-simples-auth`. */
  readonly keyPrefix?: string;
  /**
   * How long one process may keep the others from sending a token request, milliseconds, from `requestTimeoutMs` to 600,000.
   * Default `requestTimeoutMs` + 2,000.
   */
  readonly leaseMs?: number;
  /** The deadline of one operation, 10 to 10,000 ms. Default 250. */
  readonly commandTimeoutMs?: number;
}
