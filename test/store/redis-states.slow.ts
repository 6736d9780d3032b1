import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeFleet, fleet, PATIENT, type Replica, replica } from '@support/fleet.js';
import { hasRedis, RedisServer } from '@support/redis-server.js';
import { stopwatch } from '@support/stopwatch.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

/* Servers that run and answer, and are no use as a meeting place all the same. */

let emulator: ContaSimplesEmulator;
let servers: RedisServer[] = [];

/** Skipped where there is no Redis; `hasRedis` has said so by then. */
const withRedis = hasRedis ? describe : describe.skip;

beforeEach(async () => {
  if (hasRedis) emulator = await startContaSimplesEmulator();
});

afterEach(async () => {
  await closeFleet();
  if (!hasRedis) return;
  await emulator.close();
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

function kept(server: RedisServer): RedisServer {
  servers.push(server);
  return server;
}

async function expectAlone({ tokens, events }: Replica, message: string): Promise<void> {
  const elapsedMs = stopwatch();
  await tokens.getToken();
  expect(elapsedMs()).toBeLessThan(500);
  expect(events).toContainEqual(expect.objectContaining({ type: 'store_unavailable', message }));
  expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
}

withRedis('a Redis that answers with an error', () => {
  it('since its cluster serves no keys, leaves the process to itself (S06)', async () => {
    const server = kept(await RedisServer.startClusterNode());
    await expectAlone(await replica(emulator, server.port), 'CLUSTERDOWN');
  });

  it('since it is still reading what it had saved, leaves the process to itself (S06)', async () => {
    const server = kept(await RedisServer.start());
    server.cli('eval', "for i = 1, 4000 do redis.call('set', 'key:' .. i, i) end", '0');
    server.cli('save');
    await server.kill();
    // For four seconds: time enough for a client to connect, where it does not ask first whether the server is ready.
    server.restartLoading('--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024');
    await server.answers('LOADING');
    await expectAlone(await replica(emulator, server.port, { enableReadyCheck: false }), 'LOADING');
  });
});

withRedis('two masters after a failover', () => {
  it('cost one request for each of them, however many processes they have (S17)', async () => {
    const [first, second] = [kept(await RedisServer.start()), kept(await RedisServer.start())];
    emulator.latencyMs = { token: 200 };
    const ports = [first.port, second.port];
    const replicas = (await Promise.all(ports.map((port) => fleet(5, emulator, port, { store: PATIENT })))).flat();
    await Promise.all(replicas.map(({ tokens }) => tokens.getToken()));
    expect(emulator.counts.token.byStatus).toEqual({ 200: 2 });
  });

  it('cost one request where the new one has not got what the old one had', async () => {
    const [old, promoted] = [kept(await RedisServer.start()), kept(await RedisServer.start())];
    const before = await replica(emulator, old.port, { store: PATIENT });
    const after = await fleet(5, emulator, promoted.port, { store: PATIENT });
    await before.tokens.getToken();
    await Promise.all(after.map(({ tokens }) => tokens.getToken()));
    expect(emulator.counts.token.byStatus).toEqual({ 200: 2 });
  });
});

withRedis('replicas that lose Redis at once', () => {
  const REPLICAS = 12;
  const LIFE_SECONDS = 10;

  it('make one request each for the next life, spread over the jitter of the renewal (S20)', async () => {
    emulator.tokenTtlSeconds = LIFE_SECONDS;
    const server = kept(await RedisServer.start());
    const replicas = await fleet(REPLICAS, emulator, server.port, { options: { bootstrap: 'background' } });
    await Promise.all(replicas.map(({ tokens }) => tokens.getToken()));
    expect(emulator.counts.token.total).toBe(1);
    await server.kill();
    await emulator.waitForRequest('token', 1 + REPLICAS, { timeoutMs: LIFE_SECONDS * 1_000, answered: true });
    const starts = emulator.requests
      .filter(({ kind }) => kind === 'token')
      .map(({ startedAt }) => startedAt)
      .slice(1)
      .sort((a, b) => a - b);
    const spreadMs = (starts.at(-1) ?? 0) - (starts[0] ?? 0);
    // 5 % of a life; that twelve draws fall into a tenth of it has a chance of one in ten thousand million.
    expect(spreadMs).toBeGreaterThan(LIFE_SECONDS * 5);
    expect(emulator.counts.token.total).toBe(1 + REPLICAS);
    const answers = await Promise.all(replicas.map(({ tokens }) => tokens.fetch('/accounts/v1/balance')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  }, 30_000);
});
