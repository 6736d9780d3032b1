import { setTimeout as passes } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { closeFleet, type Replica, replica } from '@support/fleet.js';
import { MASTER_NAME, RedisSentinel } from '@support/redis-sentinel.js';
import { hasRedis } from '@support/redis-server.js';
import { Redis } from 'ioredis';
import { redisTokenStore } from 'nestjs-conta-simples-auth/redis';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { createSentinel } from 'redis';
import { packageVersion, worksBeside } from './support/works-beside.js';

/* The master is killed under load; two processes, one with each client, go on and share again. */

let emulator: ContaSimplesEmulator;
let redis: RedisSentinel;
let replicas: Replica[] = [];
let disconnect: (() => void)[] = [];

beforeAll(async () => {
  if (!hasRedis) return;
  [emulator, redis] = await Promise.all([startContaSimplesEmulator(), RedisSentinel.start()]);
  const options = { accounts: () => EMULATOR_CREDENTIALS };
  const clients = [ioredisClient(), await nodeRedisClient()];
  replicas = await Promise.all(
    clients.map((client) => replica(emulator, 0, { options: { ...options, store: redisTokenStore(client) } })),
  );
}, 60_000);

afterAll(async () => {
  await closeFleet();
  for (const end of disconnect) end();
  disconnect = [];
  if (!hasRedis) return;
  await emulator.close();
  await redis.close();
});

function ioredisClient() {
  const sentinels = redis.ports.map((port) => ({ host: '127.0.0.1', port }));
  const client = new Redis({ sentinels, name: MASTER_NAME });
  client.on('error', () => {});
  disconnect.push(() => client.disconnect());
  return client;
}

async function nodeRedisClient() {
  const sentinelRootNodes = redis.ports.map((port) => ({ host: '127.0.0.1', port }));
  const client = createSentinel({ name: MASTER_NAME, sentinelRootNodes, scanInterval: 1_000 });
  client.on('error', () => {});
  await client.connect();
  disconnect.push(() => client.destroy());
  return client;
}

/** Calls of every replica, one after the other, until it is ended; resolves with what was not answered with 200. */
function load(): () => Promise<{ calls: number; failures: string[] }> {
  let isOver = false;
  let calls = 0;
  const failures: string[] = [];
  const callers = replicas.map(async ({ tokens }) => {
    while (!isOver) {
      calls++;
      const { status } = await tokens
        .fetch('/accounts/v1/balance')
        .catch((error: Error) => ({ status: error.message }));
      if (status !== 200) failures.push(String(status));
      await passes(5);
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(callers);
    return { calls, failures };
  };
}

const withRedis = hasRedis ? describe : describe.skip;

withRedis('Redis Sentinel', () => {
  const version = `Debian package; ioredis ${packageVersion('ioredis')}, redis ${packageVersion('redis')}`;
  worksBeside({ name: 'Redis Sentinel', version, note: 'Valkey was not tried' }, (step) => {
    step('two processes share one token', async () => {
      const tokens = await Promise.all(replicas.map(({ tokens }) => tokens.getToken()));
      expect(new Set(tokens.map(({ fingerprint }) => fingerprint)).size).toBe(1);
      expect(emulator.counts.token.total).toBe(1);
    });

    step('the master is killed under load while the token is revoked: no call fails, one request more', async () => {
      const killed = redis.master;
      const end = load();
      await passes(100);
      await killed.kill();
      emulator.revokeTokens();
      for (let tries = 0; redis.master === killed; tries++) {
        if (tries === 200) throw new Error('the sentinels should have put another server in its place');
        await passes(100);
      }
      const { calls, failures } = await end();
      expect(failures).toEqual([]);
      expect(calls).toBeGreaterThan(20);
      // One for the first token, one for the revocation, one more since the store was away.
      expect(emulator.counts.token.total).toBeLessThanOrEqual(3);
    });

    step('the new master is used by both', async () => {
      const isUsed = async (account: string) => {
        const before = emulator.counts.token.total;
        const [one, two] = replicas;
        const first = await one?.tokens.getToken(account);
        const second = await two?.tokens.getToken(account);
        return first?.fingerprint === second?.fingerprint && emulator.counts.token.total <= before + 1;
      };
      for (let account = 0; !(await isUsed(`company-${account}`)); account++) {
        if (account === 60) throw new Error('the store should be used again');
        await passes(250);
      }
      const events = replicas.map(({ events }) => events.map(({ type }) => type));
      expect(events.map((types) => types.filter((type) => type === 'store_unavailable').length <= 1)).toEqual([
        true,
        true,
      ]);
      expect(redis.master.cli('keys', '*:token')).not.toBe('');
    });
  });
});
