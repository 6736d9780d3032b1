/** What is used of an `ioredis` client (`Redis` or `Cluster`), version 5 or newer. */
export interface IoredisClient {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, px: 'PX', milliseconds: number): Promise<unknown>;
  set(key: string, value: string, px: 'PX', milliseconds: number, nx: 'NX'): Promise<unknown>;
  pttl(key: string): Promise<number>;
}

/** What is used of a `redis` client (`createClient` or `createCluster`), version 4 or newer. */
export interface NodeRedisClient {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>;
  pTTL(key: string): Promise<unknown>;
}
