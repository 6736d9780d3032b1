import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import type { IoredisClient, NodeRedisClient } from 'nestjs-conta-simples-auth/redis';
import * as redis6 from 'redis';
import * as redis4 from 'redis-4';
import * as redis5 from 'redis-5';

export interface OpenClient {
  readonly client: IoredisClient | NodeRedisClient;
  readonly end: () => void;
}

/** One way to open a client of one package. */
export interface ClientWay {
  readonly part: 'ioredis' | 'ioredis-5' | 'redis' | 'redis-4' | 'redis-5';
  /** What differs from the other ways of that package. */
  readonly title: string;
  readonly server: 'single' | 'cluster';
  /** For a cluster any of its ports will do. */
  open(port: number): Promise<OpenClient>;
}

const host = '127.0.0.1';
const nothing = () => {};

function ioredis(
  part: 'ioredis' | 'ioredis-5',
  { Redis, Cluster }: { Redis: typeof Redis6; Cluster: typeof Cluster6 },
): ClientWay[] {
  const single = (title: string, options: object): ClientWay => ({
    part,
    title,
    server: 'single',
    open: async (port) => {
      const client = new Redis({ host, port, retryStrategy: () => 100, ...options });
      client.on('error', nothing);
      await new Promise((resolve) => client.once('ready', resolve));
      return { client, end: () => client.disconnect() };
    },
  });
  return [
    single('offline queue', {}),
    single('retries without end', { maxRetriesPerRequest: null }),
    single('no offline queue', { enableOfflineQueue: false }),
    ...(part === 'ioredis' ? [single('RESP3', { protocol: 3 })] : []),
    {
      part,
      title: 'cluster',
      server: 'cluster',
      open: async (port) => {
        const client = new Cluster([{ host, port }]);
        client.on('error', nothing);
        if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
        return { client, end: () => client.disconnect() };
      },
    },
  ];
}

/** What is used of the three versions, whose types differ. */
interface NodeRedis {
  createClient(options: object): NodeRedisClient & Opened;
  createCluster(options: object): NodeRedisClient & Opened;
}

interface Opened {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  /** Version 4 has `disconnect()` instead. */
  destroy?(): void;
  disconnect?(): Promise<void>;
}

function nodeRedis(part: 'redis' | 'redis-4' | 'redis-5', { createClient, createCluster }: NodeRedis): ClientWay[] {
  const opened = async (client: NodeRedisClient & Opened): Promise<OpenClient> => {
    client.on('error', nothing);
    await client.connect();
    const end = () => (client.destroy === undefined ? void client.disconnect?.().catch(nothing) : client.destroy());
    return { client, end };
  };
  const single = (title: string, options: object): ClientWay => ({
    part,
    title,
    server: 'single',
    open: (port) => opened(createClient({ socket: { host, port, reconnectStrategy: 100 }, ...options })),
  });
  const cluster = (title: string, options: object): ClientWay => ({
    part,
    title,
    server: 'cluster',
    open: (port) => opened(createCluster({ rootNodes: [{ url: `redis://${host}:${port}` }], ...options })),
  });
  if (part === 'redis-4') {
    return [
      single('offline queue', {}),
      single('no offline queue', { disableOfflineQueue: true }),
      cluster('cluster', {}),
    ];
  }
  return [
    single('RESP2, offline queue', { RESP: 2 }),
    single('RESP3, offline queue', { RESP: 3 }),
    single('RESP3, no offline queue', { RESP: 3, disableOfflineQueue: true }),
    cluster('cluster, RESP2', { RESP: 2 }),
    cluster('cluster, RESP3', { RESP: 3 }),
  ];
}

export const CLIENT_WAYS: readonly ClientWay[] = [
  ...ioredis('ioredis', { Redis: Redis6, Cluster: Cluster6 }),
  // Its types differ in what is not used here.
  ...ioredis('ioredis-5', { Redis: Redis5, Cluster: Cluster5 } as unknown as Parameters<typeof ioredis>[1]),
  ...nodeRedis('redis', redis6 as unknown as NodeRedis),
  ...nodeRedis('redis-4', redis4 as unknown as NodeRedis),
  ...nodeRedis('redis-5', redis5 as unknown as NodeRedis),
];
