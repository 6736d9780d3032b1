import { availableParallelism } from 'node:os';
import { setTimeout as passes } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hasRedis, RedisServer } from '@support/redis-server.js';
import {
  killReplicas,
  type LoadReport,
  ReplicaBundle,
  type ReplicaProcess,
  startReplicas,
} from '@support/replica-process.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

/* Real processes on the built library, one Redis, one service. */

const LATENCY_MS = 300;

let bundle: ReplicaBundle;
let emulator: ContaSimplesEmulator;
let redis: RedisServer;

/** Skipped where there is no Redis; `hasRedis` has said so by then. */
const withRedis = hasRedis ? describe : describe.skip;

beforeAll(async () => {
  bundle = await ReplicaBundle.write();
});

afterAll(() => bundle.remove());

beforeEach(async () => {
  if (!hasRedis) return;
  emulator = await startContaSimplesEmulator({ latencyMs: { token: LATENCY_MS } });
  redis = await RedisServer.start();
});

afterEach(async () => {
  await killReplicas();
  if (!hasRedis) return;
  await emulator.close();
  await redis.close();
});

const start = (size: number, environment: Record<string, string> = {}) =>
  startReplicas(size, { bundle, emulator, redisPort: redis.port, environment });

withRedis('processes that share one Redis', () => {
  it.each([20, 100])('are served within a second by one request, %i of them at once and cold (S19)', async (size) => {
    const replicas = await start(size);
    const { lastMs, slowestMs, processorMs, fingerprints } = await askAtOnce(replicas);
    console.log(
      `${size} processes, cold, ${LATENCY_MS} ms upstream: ${emulator.counts.token.total} token request, the last one ` +
        `served after ${lastMs} ms, the longest call ${slowestMs} ms; the calls kept a processor busy for ${processorMs} ms`,
    );
    expect(emulator.counts.token.total).toBe(1);
    expect(fingerprints).toBe(1);
    // On a machine with fewer processors than processes, these have to queue for one.
    expect(lastMs).toBeLessThan(1_000 + processorMs / availableParallelism());
  });

  it('make 10 to 13 requests in ten lives, and none of their calls fails', async () => {
    const lifeSeconds = 4;
    emulator.tokenTtlSeconds = lifeSeconds;
    // A renewal starts 400 to 600 ms before the end; a slow answer would leave little of that to so many busy processes.
    emulator.latencyMs = { token: 100 };
    // 150 calls a second: with more, a machine that is slow for a while would be tested, not the library.
    const replicas = await start(30, { CALL_INTERVAL_MS: '200' });
    const endAt = Date.now() + 10 * lifeSeconds * 1_000;
    await askAtOnce(replicas);
    let total = 0;
    const loads = await underLoad(replicas, async () => {
      await passes(endAt - Date.now());
      total = emulator.counts.token.total;
    });
    const { peakConcurrency } = emulator.counts.token;
    const alone = replicas.filter(({ events }) => events.includes('store_unavailable')).length;
    console.log(
      `${replicas.length} processes over ten lives: ${total} token requests, ${summary(loads)}; ` +
        `${alone} of them took Redis for unavailable`,
    );
    expect(total).toBeGreaterThanOrEqual(10);
    expect(total).toBeLessThanOrEqual(13);
    expect(peakConcurrency).toBe(1);
    expect(failures(loads)).toEqual({});
  });

  it('get a token when its lease has ended, where the one that held it was killed while it refreshed (S15)', async () => {
    emulator.tokenTtlSeconds = 4;
    const replicas = await start(5, { REQUEST_TIMEOUT_MS: '1000' });
    await askAtOnce(replicas);
    emulator.fail('token', { hang: true });
    let waitedMs = 0;
    const loads = await underLoad(replicas, async () => {
      const { headers } = await emulator.waitForRequest('token', 2, { timeoutMs: 10_000 });
      const holder = replicas.findIndex(({ userAgent }) => userAgent === headers['user-agent']);
      const [victim] = replicas.splice(holder, 1);
      await victim?.kill();
      const killedAt = Date.now();
      await emulator.waitForRequest('token', 3, { timeoutMs: 10_000, answered: true });
      waitedMs = Date.now() - killedAt;
      await Promise.all(replicas.map((replica) => replica.token()));
    });
    console.log(
      `After kill -9 of the holder: a token ${waitedMs} ms later, with a lease of 3,000 ms; ${summary(loads)}`,
    );
    expect(waitedMs).toBeLessThan(3_000 + 1_000);
    expect(emulator.counts.token.total).toBe(3);
    expect(failures(loads)).toEqual({});
  });
});

withRedis('a Redis that hangs, dies and comes back while calls go on', () => {
  it('fails none of them, and is used again (S02, S03)', async () => {
    emulator.tokenTtlSeconds = 3;
    const replicas = await start(5);
    await askAtOnce(replicas);
    const all = (type: string) => Promise.all(replicas.map((replica) => replica.saw(type)));
    const forget = () => {
      for (const { events } of replicas) events.length = 0;
    };
    const loads = await underLoad(replicas, async () => {
      redis.hang();
      await all('store_unavailable');
      redis.resume();
      await all('store_recovered');
      forget();
      await redis.kill();
      await all('store_unavailable');
      await redis.restart();
      await all('store_recovered');
    });
    console.log(`Through SIGSTOP, SIGKILL and a restart of Redis: ${summary(loads)}`);
    expect(failures(loads)).toEqual({});
    expect(emulator.counts.resource.byStatus).toEqual({ 200: emulator.counts.resource.total });
  });
});

/** Tells all to ask for their token; times are from that signal. */
async function askAtOnce(replicas: readonly ReplicaProcess[]) {
  const signalAt = Date.now();
  const reports = await Promise.all(replicas.map((replica) => replica.token()));
  return {
    lastMs: Math.max(...reports.map(({ at }) => at)) - signalAt,
    processorMs: Math.round(reports.reduce((sum, report) => sum + report.processorMs, 0)),
    slowestMs: Math.round(Math.max(...reports.map(({ tookMs }) => tookMs))),
    fingerprints: new Set(reports.map(({ fingerprint }) => fingerprint)).size,
  };
}

/** Lets all that are left afterwards call the service the whole time, and says what became of their calls. */
async function underLoad(replicas: readonly ReplicaProcess[], event: () => Promise<unknown>): Promise<LoadReport[]> {
  for (const replica of replicas) await replica.load();
  await event();
  return Promise.all(replicas.map((replica) => replica.rest()));
}

function failures(loads: readonly LoadReport[]): Record<string, number> {
  return Object.assign({}, ...loads.map(({ failures }) => failures));
}

function summary(loads: readonly LoadReport[]): string {
  const calls = loads.reduce((sum, load) => sum + load.calls, 0);
  const longestMs = Math.max(...loads.map((load) => load.longestMs));
  return `${calls} calls, failed: ${JSON.stringify(failures(loads))}, the longest took ${longestMs} ms`;
}
