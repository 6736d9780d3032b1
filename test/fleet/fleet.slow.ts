import { availableParallelism } from 'node:os';
import { setTimeout as passes } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { askAtOnce, failures, fleetOfEachTest, summary, underLoad, withRedis } from './fleet-stage.js';

/* Times of many processes: nothing else may load the machine. */

const LATENCY_MS = 300;
const fleet = fleetOfEachTest({ latencyMs: LATENCY_MS });

withRedis('processes that share one Redis', () => {
  it.each([20, 100])('are served within a second by one request, %i of them at once and cold (S19)', async (size) => {
    const { emulator, start } = fleet();
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
    const { emulator, start } = fleet();
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
    const { emulator, start } = fleet();
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
