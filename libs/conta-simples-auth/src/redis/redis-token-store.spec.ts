import { describe, expect, it } from '@jest/globals';
import { redisTokenStore } from './redis-token-store.js';

/** An `ioredis` client that notes its commands. */
function ioredis(answers: { get?: () => unknown; pttl?: () => unknown; status?: string } = {}) {
  const commands: unknown[][] = [];
  const client = {
    ...(answers.status !== undefined && { status: answers.status }),
    get: async (...args: unknown[]) => {
      commands.push(['GET', ...args]);
      return (answers.get?.() ?? null) as string | null;
    },
    set: async (...args: unknown[]) => {
      commands.push(['SET', ...args]);
      return 'OK';
    },
    pttl: async (...args: unknown[]) => {
      commands.push(['PTTL', ...args]);
      return (answers.pttl?.() ?? -2) as number;
    },
  };
  return { commands, store: redisTokenStore(client) };
}

/** A `redis` client that notes its commands; `isReady` is not there on a cluster of version 4. */
function nodeRedis(isReady?: boolean) {
  const commands: unknown[][] = [];
  const client = {
    ...(isReady !== undefined && { isReady }),
    get: async () => null,
    set: async (...args: unknown[]) => {
      commands.push(args);
      return null;
    },
    pTTL: async () => -2,
  };
  return { commands, store: redisTokenStore(client) };
}

function fails(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe('a write', () => {
  it.each(['connecting', 'connect', 'reconnecting', 'close', 'end', 'wait'])(
    'is not left in the queue of an ioredis client that is %s',
    async (status) => {
      const { commands, store } = ioredis({ status });
      await expect(store.set('key', 'value', { ttlMs: 5 })).rejects.toThrow('DISCONNECTED');
      expect(commands).toEqual([]);
    },
  );

  it('is not left in the queue of a redis client that is not ready', async () => {
    const { commands, store } = nodeRedis(false);
    await expect(store.set('key', 'value', { ttlMs: 5 })).rejects.toThrow('DISCONNECTED');
    expect(commands).toEqual([]);
  });

  it('is sent by a client that is ready, or does not say', async () => {
    for (const status of ['ready', undefined]) {
      const { commands, store } = ioredis(status === undefined ? {} : { status });
      expect(await store.set('key', 'value', { ttlMs: 5 })).toBe(true);
      expect(await store.set('key', 'value', { ttlMs: 5, ifAbsent: true })).toBe(true);
      expect(commands).toEqual([
        ['SET', 'key', 'value', 'PX', 5],
        ['SET', 'key', 'value', 'PX', 5, 'NX'],
      ]);
    }
    for (const isReady of [true, undefined]) {
      const { commands, store } = nodeRedis(isReady);
      expect(await store.set('key', 'value', { ttlMs: 5, ifAbsent: true })).toBe(false);
      expect(commands).toEqual([['key', 'value', { PX: 5, NX: true }]]);
    }
  });
});

describe('what is left of a key', () => {
  it.each([
    [-2, null],
    [-1, Number.POSITIVE_INFINITY],
    [0, 0],
    [1_500, 1_500],
    ['1500', 1_500],
    [-3, undefined],
    ['soon', undefined],
  ])('is read from %p', async (answer, expected) => {
    expect(await ioredis({ pttl: () => answer }).store.ttlMs('key')).toBe(expected);
  });

  it('is not asked for again once it is not permitted', async () => {
    const { commands, store } = ioredis({
      pttl: fails("NOPERM this user has no permissions to run the 'pttl' command"),
    });
    expect(await store.ttlMs('key')).toBeUndefined();
    expect(await store.ttlMs('key')).toBeUndefined();
    expect(commands).toHaveLength(1);
  });

  it('is asked for again after another error', async () => {
    const { store } = ioredis({ pttl: fails('LOADING Redis is loading the dataset in memory') });
    await expect(store.ttlMs('key')).rejects.toThrow('LOADING');
    await expect(store.ttlMs('key')).rejects.toThrow('LOADING');
  });
});

describe('a value', () => {
  it('of another type counts as a record of another program, of a Buffer as none', async () => {
    expect(await ioredis({ get: fails('WRONGTYPE Operation against a key') }).store.get('key')).toBe('');
    expect(await ioredis({ get: () => Buffer.from('x') }).store.get('key')).toBeNull();
    await expect(ioredis({ get: fails('OOM') }).store.get('key')).rejects.toThrow('OOM');
  });
});

it('takes no other client', () => {
  for (const client of [undefined, null, {}, { get() {} }, 'redis'])
    expect(() => redisTokenStore(client as never)).toThrow(expect.objectContaining({ kind: 'configuration' }));
});
