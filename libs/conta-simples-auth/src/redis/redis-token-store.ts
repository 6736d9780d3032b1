import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { TokenStore } from '../store/token-store.js';

/**
 * The methods that are used of an `ioredis` client (`Redis` or `Cluster`), version 5 or newer.
 *
 * @publicApi
 */
export interface IoredisClient {
  /** `GET`: `null` where there is no such key. */
  get(key: string): Promise<string | null>;
  /** `SET` with `PX`. */
  set(key: string, value: string, px: 'PX', milliseconds: number): Promise<unknown>;
  /** `SET` with `PX` and `NX`: `null` where the key exists. */
  set(key: string, value: string, px: 'PX', milliseconds: number, nx: 'NX'): Promise<unknown>;
  /** `PTTL`: milliseconds, -2 where there is no such key, -1 where it does not expire. */
  pttl(key: string): Promise<number>;
}

/**
 * The methods that are used of a `redis` client (`createClient` or `createCluster`), version 4 or newer.
 *
 * @publicApi
 */
export interface NodeRedisClient {
  /** `GET`: `null` where there is no such key. */
  get(key: string): Promise<unknown>;
  /**
   * `SET`: `null` where `NX` was given and the key exists.
   *
   * @param options `PX` in milliseconds
   */
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>;
  /** `PTTL`: milliseconds, -2 where there is no such key, -1 where it does not expire. */
  pTTL(key: string): Promise<unknown>;
}

/**
 * How a `redisTokenStore()` names its keys and how long it waits. Values out of range are reported when the application
 * starts.
 *
 * @publicApi
 */
export interface RedisTokenStoreOptions {
  /** The prefix of every key, 1 to 100 visible ASCII characters. Default `conta-simples-auth`. */
  keyPrefix?: string;
  /**
   * How long one process may keep the others from sending a token request, milliseconds, from `requestTimeoutMs` to 600,000.
   * Default `requestTimeoutMs` + 2,000.
   */
  leaseMs?: number;
  /** The deadline of one command, 10 to 10,000 ms. Default 250. */
  commandTimeoutMs?: number;
}

/**
 * Shares tokens between processes through a Redis or Valkey that the application already has: single, Sentinel or
 * Cluster, with the `ioredis` or the `redis` client. Needs `GET`, `SET` and, if permitted, `PTTL`.
 *
 * @example
 * ```ts
 * ContaSimplesAuthModule.forRoot({ store: redisTokenStore(new Redis('redis://127.0.0.1:6379')) });
 * ```
 * @throws ContaSimplesAuthError of kind `configuration` for any other object
 * @publicApi
 */
export function redisTokenStore(
  client: IoredisClient | NodeRedisClient,
  options: RedisTokenStoreOptions = {},
): TokenStore {
  const commands = commandsOf(client);
  return {
    ...options,
    get: async (key) => {
      try {
        const value = await commands.get(key);
        return typeof value === 'string' ? value : null;
      } catch (error) {
        return otherType(error);
      }
    },
    set: async (key, value, { ttlMs, ifAbsent = false }) => {
      // The client would queue the write and send it long after it has timed out.
      if (isDisconnected(client)) throw new Error('DISCONNECTED');
      return (await commands.set(key, value, ttlMs, ifAbsent)) !== null;
    },
    ttlMs: new PermittedTtl(commands.ttl).read,
  };
}

interface Commands {
  get(key: string): Promise<unknown>;
  /** `null` where NX was given and the key exists. */
  set(key: string, value: string, ttlMs: number, ifAbsent: boolean): Promise<unknown>;
  ttl(key: string): Promise<unknown>;
}

/** The two clients spell PTTL differently. */
function commandsOf(client: IoredisClient | NodeRedisClient): Commands {
  if (isObject(client) && 'pTTL' in client && typeof client.pTTL === 'function') {
    return {
      get: (key) => client.get(key),
      set: (key, value, PX, NX) => client.set(key, value, NX ? { PX, NX } : { PX }),
      ttl: (key) => client.pTTL(key),
    };
  }
  if (isObject(client) && 'pttl' in client && typeof client.pttl === 'function') {
    return {
      get: (key) => client.get(key),
      set: (key, value, ms, nx) => (nx ? client.set(key, value, 'PX', ms, 'NX') : client.set(key, value, 'PX', ms)),
      ttl: (key) => client.pttl(key),
    };
  }
  const what = 'redisTokenStore() was called with something that is neither an ioredis nor a redis client';
  throw new ContaSimplesAuthError({ kind: 'configuration', what });
}

/** As the client reports it: `ioredis` has a `status`, `redis` has `isReady`. */
function isDisconnected(client: object): boolean {
  const { status, isReady } = client as { readonly status?: unknown; readonly isReady?: unknown };
  return isReady === false || (typeof status === 'string' && status !== 'ready');
}

function isObject(client: unknown): boolean {
  return typeof client === 'object' && client !== null;
}

/** Reads the remaining time of a key, until the server answers that this user lacks the right to PTTL. */
class PermittedTtl {
  readonly #readTtl: (key: string) => Promise<unknown>;
  #isPermitted = true;

  constructor(readTtl: (key: string) => Promise<unknown>) {
    this.#readTtl = readTtl;
  }

  readonly read = async (key: string): Promise<number | null | undefined> => {
    if (!this.#isPermitted) return undefined;
    try {
      const milliseconds = Number(await this.#readTtl(key));
      if (milliseconds === -2) return null;
      if (milliseconds === -1) return Number.POSITIVE_INFINITY;
      return milliseconds >= 0 ? milliseconds : undefined;
    } catch (error) {
      if (!isNoPermission(error)) throw error;
      this.#isPermitted = false;
      return undefined;
    }
  };
}

/** A list or a hash at the key is no failure of the server: it counts as a record of another program. */
function otherType(error: unknown): string {
  if (error instanceof Error && /^WRONGTYPE\b/.test(error.message)) return '';
  throw error;
}

function isNoPermission(error: unknown): boolean {
  return error instanceof Error && /^NOPERM\b/.test(error.message);
}
