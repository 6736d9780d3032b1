/**
 * What is used of an `ioredis` client (`Redis` or `Cluster`), version 5 or newer.
 *
 * @publicApi
 */
export interface IoredisClient {
  /** `GET`: `null` where there is no such key. */
  get(key: string): Promise<string | null>;
  /** `SET` with `PX`. */
  set(key: string, value: string, px: 'PX', milliseconds: number): Promise<unknown>;
  /** `SET` with `PX` and `NX`: `null` where the key was there. */
  set(key: string, value: string, px: 'PX', milliseconds: number, nx: 'NX'): Promise<unknown>;
  /** `PTTL`: milliseconds, -2 where there is no such key, -1 where it does not expire. */
  pttl(key: string): Promise<number>;
}

/**
 * What is used of a `redis` client (`createClient` or `createCluster`), version 4 or newer.
 *
 * @publicApi
 */
export interface NodeRedisClient {
  /** `GET`: `null` where there is no such key. */
  get(key: string): Promise<unknown>;
  /**
   * `SET`: `null` where `NX` was given and the key was there.
   *
   * @param options `PX` in milliseconds
   */
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>;
  /** `PTTL`: milliseconds, -2 where there is no such key, -1 where it does not expire. */
  pTTL(key: string): Promise<unknown>;
}
