// Many processes start at once with the same account and no token.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { contextFor } from '../lib/context.mjs';
import { count, ms } from '../lib/format.mjs';
import { startRedis } from '../server/redis.mjs';
import { startService } from '../server/service.mjs';

const REPLICA = new URL('../lib/replica.mjs', import.meta.url);
/** How many processes start at the same time: each uses a processor for up to a second. */
const LANES = 3;
/** The one candidate that shares its tokens. */
const OURS = 'ours';

async function startFleet(size, name, context) {
  const fleet = [];
  const lane = async () => {
    while (fleet.length < size) {
      const replica = fork(REPLICA, [name, JSON.stringify(context)]);
      fleet.push(replica);
      await once(replica, 'message');
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return fleet;
}

async function ask(replica) {
  replica.send('go');
  const [answer] = await once(replica, 'message');
  return answer;
}

async function measureFleet(size, name, redis) {
  const service = await startService({ latencyMs: 100 });
  const fleet = await startFleet(size, name, contextFor(service, { redisPort: redis?.port }));
  const before = await service.counts();
  const startedAt = performance.now();
  const answers = await Promise.all(fleet.map(ask));
  const tookMs = performance.now() - startedAt;
  const after = await service.counts();
  for (const replica of fleet) replica.disconnect();
  await service.close();
  return {
    tokenRequests: after.tokenRequests - before.tokenRequests,
    failures: answers.filter(({ failed }) => failed).length,
    tookMs,
  };
}

async function measure(_, { sizes, hundredFor }, name) {
  const shares = name === OURS;
  const redis = shares ? await startRedis() : undefined;
  if (shares && redis === undefined) return { missing: 'not measured: this machine has no redis-server' };
  const results = {};
  for (const size of sizes) {
    if (size < 100 || hundredFor.includes(name)) results[size] = await measureFleet(size, name, redis);
  }
  await redis?.close();
  return { results };
}

export const scenario = {
  name: 'processes',
  title: 'Many processes',
  settings: (quick) => ({
    sizes: quick ? [1, 3] : [1, 10, 100],
    // Starting a hundred processes takes about a minute. One candidate without a shared store represents all of them.
    hundredFor: [OURS, 'hand-written'],
    limitMs: 300_000,
  }),
  // The hard-coded header requests its token before the measurement.
  leavesOut: ['hard-coded'],
  measure,
  columns: (_, { sizes }) => [
    'candidate',
    ...sizes.map((size) => (size === 1 ? '1 process' : `${size} processes`)),
    'failures',
    'until the largest is served',
  ],
  row: ({ missing, results }, { sizes }) => {
    if (missing !== undefined) return [missing, ...sizes.map(() => '–'), '–'];
    const all = Object.values(results);
    const failures = all.reduce((sum, each) => sum + each.failures, 0);
    const requests = sizes.map((size) => (results[size] ? count(results[size].tokenRequests) : '–'));
    return [...requests, count(failures), ms(all.at(-1).tookMs)];
  },
  text: () =>
    'Token requests at the server when that many processes request their first token at once. This library shares tokens through Redis here. No other candidate offers that, so each of their processes requests a token. A dash is a size that was left out, because a hundred processes take long to start. Promised: 1.',
  verdict: ({ results = {} }) => ({
    'one token request for the fleet': Object.values(results).every(({ tokenRequests }) => tokenRequests === 1),
  }),
  plot: {
    value: ({ results }) => results && (results[10] ?? results[3])?.tokenRequests,
    label: 'token requests of ten processes that start at once',
    format: count,
  },
};
