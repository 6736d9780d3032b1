// Many accounts in one process: the cost of a cached token, and the memory of each account.
import { setTimeout as passes } from 'node:timers/promises';
import { contextFor } from '../lib/context.mjs';
import { count, NOT_OFFERED, ns } from '../lib/format.mjs';
import { median } from '../lib/statistics.mjs';
import { startService } from '../server/service.mjs';

/** Duration of one round: long enough to measure, and at least one lookup for each account. */
const ROUND_NS = 8e6;
const MOST_LOOKUPS = 20_000;
const TRIAL_LOOKUPS = 200;
/** Short rounds are repeated to get enough values for a median. */
const MOST_ROUNDS = 101;
const ENOUGH_MS = 700;
/** How many accounts request their first token at the same time. */
const AT_A_TIME = 100;
/** The length of the server's tokens. */
const TOKEN_CHARACTERS = 640;

async function heapAfterCollection() {
  for (let turn = 0; turn < 4; turn++) {
    await passes(20);
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

async function warmUp(accounts, size) {
  for (let start = 0; start < size; start += AT_A_TIME) {
    const group = Array.from({ length: Math.min(AT_A_TIME, size - start) }, (_, index) => start + index);
    await Promise.all(group.map((index) => accounts.token(index)));
  }
}

async function cost(accounts, size, lookups) {
  const startedAt = process.hrtime.bigint();
  for (let lookup = 0; lookup < lookups; lookup++) await accounts.token(lookup % size);
  return Number(process.hrtime.bigint() - startedAt) / lookups;
}

function lookupsFor(eachNs, size) {
  return Math.max(size, TRIAL_LOOKUPS, Math.min(MOST_LOOKUPS, Math.floor(ROUND_NS / eachNs)));
}

async function measure(candidate, { sizes, rounds }) {
  if (candidate.openAccounts === undefined) return { notOffered: true };
  const service = await startService();
  const context = contextFor(service);
  const results = {};
  // Loads modules and opens connections first, so that they are not counted for the accounts.
  const first = await candidate.openAccounts(context, AT_A_TIME);
  await warmUp(first, AT_A_TIME);
  await cost(first, AT_A_TIME, lookupsFor(await cost(first, AT_A_TIME, TRIAL_LOOKUPS), AT_A_TIME));
  for (const size of sizes) {
    const before = await heapAfterCollection();
    const accounts = await candidate.openAccounts(context, size);
    await warmUp(accounts, size);
    const held = (await heapAfterCollection()) - before;
    const lookups = lookupsFor(await cost(accounts, size, Math.max(size, TRIAL_LOOKUPS)), size);
    const spent = [];
    const startedAt = performance.now();
    while (spent.length < rounds || (spent.length < MOST_ROUNDS && performance.now() - startedAt < ENOUGH_MS)) {
      spent.push(await cost(accounts, size, lookups));
    }
    results[size] = { ns: median(spent), bytes: held / size - TOKEN_CHARACTERS };
    await accounts.close();
  }
  await first.close();
  await service.close();
  return { results };
}

export const scenario = {
  name: 'accounts',
  title: 'Many accounts',
  nodeArguments: ['--expose-gc'],
  settings: (quick) => ({
    sizes: [1, 100, ...(quick ? [] : [1_000, 10_000])],
    rounds: quick ? 3 : 5,
    limitMs: 120_000,
  }),
  measure,
  columns: (_, { sizes }) => [
    'candidate',
    ...sizes.map((size) => (size === 1 ? '1 account' : `${count(size)} accounts`)),
    'growth',
    `bytes held by one of ${count(sizes.at(-1))}`,
  ],
  row: ({ notOffered, results }, { sizes }) => {
    if (notOffered) return [NOT_OFFERED, ...sizes.map(() => '–'), '–'];
    const last = results[sizes.at(-1)];
    const growth = last.ns / results[1].ns;
    return [...sizes.map((size) => ns(results[size].ns)), `× ${growth.toFixed(1)}`, count(last.bytes)];
  },
  text: () =>
    'A cached token of each account in turn. Some of the growth comes from the processor cache, which does not hold ten thousand tokens. Bytes are heap bytes after a garbage collection, without the token itself. For a candidate without accounts, one instance is made for each account.',
  plot: {
    value: ({ results }) => results && Object.values(results).at(-1).bytes,
    label: 'bytes held by an account, beside its token',
    format: count,
  },
};
