import { setTimeout as passes } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { closeFleet, type Replica, replica } from '@support/fleet.js';
import { RedisCluster } from '@support/redis-cluster.js';
import { hasRedis, RedisServer } from '@support/redis-server.js';
import { redisTokenStore } from 'nestjs-conta-simples-auth/redis';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { CLIENT_WAYS, type ClientWay } from './support/redis-clients.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

/* Every client that README names, in every way to open it: two processes and one account each. */

let emulator: ContaSimplesEmulator;
let single: RedisServer;
let cluster: RedisCluster;
const stages = new Map<ClientWay, Stage>();

/** Two processes with clients of one kind. */
interface Stage {
  readonly account: string;
  readonly replicas: readonly [Replica, Replica];
  readonly ends: readonly (() => void)[];
}

beforeAll(async () => {
  if (!hasRedis) return;
  emulator = await startContaSimplesEmulator({ latencyMs: { token: 100 } });
  [single, cluster] = await Promise.all([RedisServer.start(), RedisCluster.start()]);
  for (const way of CLIENT_WAYS) stages.set(way, await stageOf(way));
}, 60_000);

afterAll(async () => {
  await closeFleet();
  for (const { ends } of stages.values()) for (const end of ends) end();
  if (!hasRedis) return;
  await emulator.close();
  await Promise.all([single.close(), cluster.close()]);
});

async function stageOf(way: ClientWay): Promise<Stage> {
  const account = `${way.part} ${way.title}`;
  const accounts = (name: string) => pairOf(`${name} of ${account}`);
  const port = way.server === 'single' ? single.port : (cluster.nodes[0]?.port ?? 0);
  const one = async () => {
    const { client, end } = await way.open(port);
    const options = { apiKey: undefined, apiSecret: undefined, accounts, store: redisTokenStore(client) };
    return { replica: await replica(emulator, 0, { options }), end };
  };
  const [first, second] = [await one(), await one()];
  return { account, replicas: [first.replica, second.replica], ends: [first.end, second.end] };
}

function pairOf(account: string) {
  const plain = account.replaceAll(/\W+/g, '-');
  return { apiKey: `key-of-${plain}`, apiSecret: `secret-of-${plain}` };
}

/** Another account of the two processes; the emulator takes its pair unless it is to be rejected. */
function named({ account }: Stage, name: string, isKnown = true): string {
  const full = `${name} of ${account}`;
  if (isKnown) emulator.addAccount({ name: full, ...pairOf(full) });
  return name;
}

async function expectShared(stage: Stage, name: string): Promise<void> {
  const tokens = await Promise.all(stage.replicas.map(({ tokens }) => tokens.getToken(name)));
  expect(new Set(tokens.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  expect(emulator.counts.token.byAccount[`${name} of ${stage.account}`]).toBe(1);
}

const events = ({ replicas }: Stage) => replicas.flatMap(({ events }) => events.map(({ type }) => type));

async function comeBack(stage: Stage): Promise<void> {
  const [one, two] = stage.replicas;
  await one.tokens.getToken(named(stage, 'later'));
  expect(events(stage)).toContain('store_unavailable');
  const isBack = () =>
    stage.replicas.every(({ events }) => events.filter(({ type }) => /^store_/.test(type)).length % 2 === 0);
  for (let account = 0; !isBack() || account < 1; account++) {
    if (account === 40) throw new Error(`${stage.account} should use the store again: ${events(stage)}`);
    await passes(300);
    const name = named(stage, `again ${account}`);
    await Promise.all([one.tokens.getToken(name), two.tokens.getToken(name)]);
  }
  await expectShared(stage, named(stage, 'at last'));
}

/** All clients at once, since each is left alone for five seconds. Where they came to grief, if they did. */
let reconnected: Promise<Map<Stage, unknown>> | undefined;

/** The server stops while every token is requested, so that each write is carried out when it goes on. */
async function writeLate(all: readonly Stage[]): Promise<void> {
  const before = single.cli('keys', '*:token').split('\n').length;
  emulator.latencyMs = { token: 1_000 };
  const requested = emulator.counts.token.total;
  const calls = all.map((stage) => stage.replicas[0].tokens.getToken(named(stage, 'in flight')));
  await emulator.waitForRequest('token', requested + all.length);
  single.hang();
  await Promise.all(calls);
  await passes(500);
  single.resume();
  await passes(500);
  // Each is taken back, once its client has heard that it was carried out.
  const present = () => single.cli('keys', '*:token').split('\n').length;
  for (let tries = 0; present() !== before && tries < 100; tries++) await passes(100);
  expect(present()).toBe(before);
  emulator.latencyMs = { token: 100 };
}

async function reconnect(): Promise<Map<Stage, unknown>> {
  const failures = new Map<Stage, unknown>();
  const all = [...stages].filter(([{ server }]) => server === 'single').map(([, stage]) => stage);
  await writeLate(all);
  // Away for a second, with a call of every process meanwhile.
  await single.kill();
  const calls = all.map(async (stage) => {
    await stage.replicas[0].tokens.getToken(named(stage, 'meanwhile'));
  });
  await Promise.all(calls);
  await passes(500);
  await single.restart();
  await Promise.all(all.map((stage) => comeBack(stage).catch((error: unknown) => failures.set(stage, error))));
  return failures;
}

const withRedis = hasRedis ? describe : describe.skip;

withRedis('clients of Redis', () => {
  for (const part of ['ioredis', 'ioredis-5', 'redis', 'redis-4', 'redis-5'] as const) {
    const ways = CLIENT_WAYS.filter((way) => way.part === part);
    const [name = '', major = packageVersion(part).split('.')[0]] = part.split('-');
    const version = packageVersion(part);
    worksBeside({ name: `${name} ${major}`, version, note: 'with a Redis 7; Valkey was not tried' }, (step) => {
      const each = async (run: (stage: Stage) => Promise<void>) => {
        for (const way of ways) {
          const stage = stages.get(way);
          if (stage !== undefined) await run(stage);
        }
      };
      const titles = ways.map(({ title }) => title).join(' / ');

      step(`cold start and lease (${titles})`, () =>
        each(async (stage) => {
          const before = events(stage).length;
          await expectShared(stage, named(stage, 'first'));
          expect(events(stage).length - before).toBe(2);
        }),
      );

      step('a failure is shared', () =>
        each(async (stage) => {
          const [one, two] = stage.replicas;
          const name = named(stage, 'rejected', false);
          const before = emulator.counts.token.total;
          await expect(one.tokens.getToken(name)).rejects.toMatchObject({ kind: 'credentials_rejected' });
          await expect(two.tokens.getToken(name)).rejects.toMatchObject({ kind: 'credentials_rejected' });
          expect(emulator.counts.token.total).toBe(before + 1);
        }),
      );

      step(
        'a write that the server carries out late is taken back; a server that comes back is used again',
        async () => {
          reconnected ??= reconnect();
          const failures = await reconnected;
          for (const way of ways) expect(failures.get(stages.get(way) as Stage)).toBeUndefined();
        },
      );
    });
  }
});
