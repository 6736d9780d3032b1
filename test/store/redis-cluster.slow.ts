import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { closeFleet, PATIENT, replica } from '@support/fleet.js';
import { RedisCluster } from '@support/redis-cluster.js';
import { hasRedis } from '@support/redis-server.js';
import { Cluster } from 'ioredis';
import { redisTokenStore } from 'nestjs-conta-simples-auth/redis';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { createCluster } from 'redis';

/* A real cluster of three masters, asked by the cluster clients of both packages. */

let emulator: ContaSimplesEmulator;
let cluster: RedisCluster;
let disconnect: (() => void)[] = [];

/** Skipped where there is no Redis; `hasRedis` has said so by then. */
const withRedis = hasRedis ? it : it.skip;

beforeEach(async () => {
  if (!hasRedis) return;
  emulator = await startContaSimplesEmulator();
  cluster = await RedisCluster.start();
}, 30_000);

afterEach(async () => {
  await closeFleet();
  for (const end of disconnect) end();
  disconnect = [];
  if (!hasRedis) return;
  await emulator.close();
  await cluster.close();
});

async function ioredisClient() {
  const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  client.on('error', () => {});
  disconnect.push(() => client.disconnect());
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
  return client;
}

async function nodeRedisClient() {
  const client = createCluster({ rootNodes: cluster.nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })) });
  client.on('error', () => {});
  await client.connect();
  disconnect.push(() => client.destroy());
  return client;
}

withRedis('a fleet on one cluster has one token for each account, with each of the supported clients', async () => {
  const companies = Array.from({ length: 12 }, (_, n) => ({
    name: `company-${n}`,
    apiKey: `key-${n}`,
    apiSecret: `secret-${n}`,
  }));
  for (const company of companies) emulator.addAccount(company);
  const accounts = Object.fromEntries(companies.map(({ name, ...pair }) => [name, pair]));
  const given = { apiKey: undefined, apiSecret: undefined, accounts };
  const stores = [await ioredisClient(), await ioredisClient(), await nodeRedisClient()].map((client) =>
    redisTokenStore(client, PATIENT),
  );
  const replicas = await Promise.all(stores.map((store) => replica(emulator, 0, { options: { ...given, store } })));
  for (const { name } of companies) {
    const held = await Promise.all(replicas.map(({ tokens }) => tokens.getToken(name)));
    expect(new Set(held.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  }
  expect(emulator.counts.token.total).toBe(companies.length);
  expect(replicas.flatMap(({ events }) => events.map(({ type }) => type))).not.toContain('store_unavailable');
  const nodesInUse = cluster.nodes.filter((node) => node.cli('keys', '*:token') !== '');
  expect(nodesInUse.length).toBeGreaterThan(1);
  expect(cluster.keys().filter((key) => key.endsWith(':token'))).toHaveLength(companies.length);
});

withRedis('a plain client of one node gets MOVED, and its process goes on without the store (S06)', async () => {
  // Of so many accounts, some belong to the node that was asked and some to another.
  const accounts = (name: string) => ({ apiKey: `key-${name}`, apiSecret: `secret-${name}` });
  for (const name of 'abcdefgh') emulator.addAccount({ name, ...accounts(name) });
  const [node] = cluster.nodes;
  const { tokens, events } = await replica(emulator, node?.port ?? 0, {
    options: { apiKey: undefined, apiSecret: undefined, accounts },
  });
  for (const name of 'abcdefgh') await tokens.getToken(name);
  expect(events).toContainEqual(expect.objectContaining({ type: 'store_unavailable', message: 'MOVED' }));
  expect(emulator.counts.token.byStatus).toEqual({ 200: 8 });
});
