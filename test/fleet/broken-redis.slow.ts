import { expect, it } from '@jest/globals';
import { askAtOnce, failures, fleetOfEachTest, summary, underLoad, withRedis } from './fleet-stage.js';

/**
 * Tests beside this one can stop a process for a second: a call then arrives after the end of its token, and is sent again.
 * Without such a pause a call takes less than this, also one that is sent again.
 */
const PAUSE_MS = 1_000;
const MAX_LATE = 10;

const fleet = fleetOfEachTest({ latencyMs: 300 });

withRedis('a Redis that hangs, dies and comes back while calls go on', () => {
  it('fails none of them, and is used again (S02, S03)', async () => {
    const { emulator, redis, start } = fleet();
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
    const { total, byStatus } = emulator.counts.resource;
    const late = byStatus[401] ?? 0;
    expect(byStatus).toEqual({ 200: total - late, ...(late > 0 && { 401: late }) });
    const hadPause = loads.some(({ longestMs }) => longestMs > PAUSE_MS);
    expect(late).toBeLessThanOrEqual(hadPause ? MAX_LATE : 0);
  });
});
