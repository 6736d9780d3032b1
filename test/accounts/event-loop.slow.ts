import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { run, start } from '@support/child.js';
import { hasRedis, RedisServer } from '@support/redis-server.js';
import { RecentAccounts } from '../../libs/conta-simples-auth/src/accounts/recent-accounts.js';
import { systemClock } from '../../libs/conta-simples-auth/src/support/clock.js';
import type { TokenKeeper } from '../../libs/conta-simples-auth/src/token/keeper.js';

const LONGEST_BLOCK_MS = 100;
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

interface Blocked {
  readonly served: number;
  /** For all calls of `getToken()` in one loop. */
  readonly loopMs: number;
  readonly coldMs: number;
  readonly closeMs: number;
}

/** How long a separate process was blocked, with a token endpoint in another one. */
async function cold(count: number, redisPort?: number): Promise<Blocked> {
  const server = start('test/fixtures/token-server.mjs');
  ends.push(() => server.kill());
  const [line] = (await once(server.stdout ?? server, 'data')) as [Buffer];
  const shared: Record<string, string> = redisPort === undefined ? {} : { REDIS_PORT: String(redisPort) };
  const environment = { BASE_URL: String(line).trim(), COUNT: String(count), ...shared };
  const { output } = await run('test/fixtures/cold-accounts.mjs', environment);
  return JSON.parse(output) as Blocked;
}

describe('ten thousand accounts that need their first token at once', () => {
  it('block the event loop for less than 100 ms at a time', async () => {
    const { served, loopMs, coldMs, closeMs } = await cold(10_000);
    expect(served).toBe(10_000);
    // A new account costs the caller less than 50 µs.
    expect(loopMs).toBeLessThan(500);
    expect(coldMs).toBeLessThan(LONGEST_BLOCK_MS);
    expect(closeMs).toBeLessThan(LONGEST_BLOCK_MS);
  });

  (hasRedis ? it : it.skip)('do so with a shared store as well', async () => {
    const redis = await RedisServer.start();
    ends.push(() => redis.close());
    const { served, coldMs } = await cold(10_000, redis.port);
    expect(served).toBe(10_000);
    expect(coldMs).toBeLessThan(LONGEST_BLOCK_MS);
  });
});

describe('a million accounts of a function', () => {
  it('are added and evicted without a block of 100 ms', async () => {
    const max = 1_000_000;
    const recent = new RecentAccounts({
      max,
      clock: systemClock,
      successor: () => {
        throw new Error('No call holds an evicted account here');
      },
    });
    let evicted = 0;
    let worstMs = 0;
    for (let index = 0; index < max * 1.2; index++) {
      const keeper = { account: `a${index}`, usedAt: index, hasHadToken: true, isBusy: false, retire: () => evicted++ };
      const cpu = process.cpuUsage();
      const start = performance.now();
      recent.add(keeper.account, keeper as unknown as TokenKeeper);
      const tookMs = performance.now() - start;
      // On a busy machine the process may have waited for a processor.
      const { user, system } = process.cpuUsage(cpu);
      worstMs = Math.max(worstMs, Math.min(tookMs, (user + system) / 1_000));
      if (index % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(worstMs).toBeLessThan(LONGEST_BLOCK_MS);
    while (evicted < 0.2 * max) await new Promise((resolve) => setTimeout(resolve, 50));
    recent.stop();
  });
});
