import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
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

/** Skipped where there is no Redis; `hasRedis` has said so by then. */
export const withRedis = hasRedis ? describe : describe.skip;

/** What a test works with; a new one for each test. */
export interface Fleet {
  readonly emulator: ContaSimplesEmulator;
  readonly redis: RedisServer;
  start(size: number, environment?: Record<string, string>): Promise<ReplicaProcess[]>;
}

/** Prepares a fleet before each test of the file. Returns what gets it. */
export function fleetOfEachTest({ latencyMs }: { readonly latencyMs: number }): () => Fleet {
  let bundle: ReplicaBundle;
  let fleet: Fleet;

  beforeAll(async () => {
    bundle = await ReplicaBundle.write();
  });

  afterAll(() => bundle.remove());

  beforeEach(async () => {
    if (!hasRedis) return;
    const emulator = await startContaSimplesEmulator({ latencyMs: { token: latencyMs } });
    const redis = await RedisServer.start();
    const start: Fleet['start'] = (size, environment = {}) =>
      startReplicas(size, { bundle, emulator, redisPort: redis.port, environment });
    fleet = { emulator, redis, start };
  });

  afterEach(async () => {
    await killReplicas();
    if (!hasRedis) return;
    await fleet.emulator.close();
    await fleet.redis.close();
  });

  return () => fleet;
}

/** Tells all to ask for their token; times are from that signal. */
export async function askAtOnce(replicas: readonly ReplicaProcess[]) {
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
export async function underLoad(
  replicas: readonly ReplicaProcess[],
  event: () => Promise<unknown>,
): Promise<LoadReport[]> {
  for (const replica of replicas) await replica.load();
  await event();
  return Promise.all(replicas.map((replica) => replica.rest()));
}

export function failures(loads: readonly LoadReport[]): Record<string, number> {
  return Object.assign({}, ...loads.map(({ failures }) => failures));
}

export function summary(loads: readonly LoadReport[]): string {
  const calls = loads.reduce((sum, load) => sum + load.calls, 0);
  const longestMs = Math.max(...loads.map((load) => load.longestMs));
  return `${calls} calls, failed: ${JSON.stringify(failures(loads))}, the longest took ${longestMs} ms`;
}
