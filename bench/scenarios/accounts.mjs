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
const MOST_ROUNDS = 41;
const ENOUGH_MS = 250;
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

const inTurn = (size) => Array.from({ length: size }, (_, index) => index);

function inRandomOrder(size) {
  const order = inTurn(size);
  for (let last = size - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

async function cost(accounts, order, lookups) {
  const startedAt = process.hrtime.bigint();
  for (let lookup = 0; lookup < lookups; lookup++) await accounts.token(order[lookup % order.length]);
  return Number(process.hrtime.bigint() - startedAt) / lookups;
}

function lookupsFor(eachNs, size) {
  return Math.max(size, TRIAL_LOOKUPS, Math.min(MOST_LOOKUPS, Math.floor(ROUND_NS / eachNs)));
}

async function medianCost(accounts, order, rounds) {
  const lookups = lookupsFor(await cost(accounts, order, Math.max(order.length, TRIAL_LOOKUPS)), order.length);
  const spent = [];
  const startedAt = performance.now();
  while (spent.length < rounds || (spent.length < MOST_ROUNDS && performance.now() - startedAt < ENOUGH_MS)) {
    spent.push(await cost(accounts, order, lookups));
  }
  return median(spent);
}

async function measure(candidate, { sizes, rounds }) {
  if (candidate.openAccounts === undefined) return { notOffered: true };
  const service = await startService();
  const context = contextFor(service);
  const results = {};
  // Loads modules and opens connections first, so that they are not counted for the accounts.
  const first = await candidate.openAccounts(context, AT_A_TIME);
  await warmUp(first, AT_A_TIME);
  const order = inTurn(AT_A_TIME);
  await cost(first, order, lookupsFor(await cost(first, order, TRIAL_LOOKUPS), AT_A_TIME));
  for (const size of sizes) {
    const before = await heapAfterCollection();
    const accounts = await candidate.openAccounts(context, size);
    await warmUp(accounts, size);
    const held = (await heapAfterCollection()) - before;
    results[size] = {
      ns: await medianCost(accounts, inTurn(size), rounds),
      atRandomNs: await medianCost(accounts, inRandomOrder(size), rounds),
      bytes: held / size - TOKEN_CHARACTERS,
    };
    await accounts.close();
  }
  await first.close();
  await service.close();
  return { results };
}

function merge(all) {
  const [first] = all;
  if (first.notOffered) return first;
  const medians = (size) =>
    Object.keys(first.results[size]).map((figure) => [figure, median(all.map(({ results }) => results[size][figure]))]);
  return {
    results: Object.fromEntries(Object.keys(first.results).map((size) => [size, Object.fromEntries(medians(size))])),
  };
}

export const scenario = {
  name: 'accounts',
  title: 'Many accounts',
  nodeArguments: ['--expose-gc'],
  settings: (quick) => ({
    sizes: [1, 100, ...(quick ? [] : [1_000, 10_000])],
    rounds: quick ? 3 : 5,
    processes: quick ? 1 : 7,
    enoughMs: 30_000,
    limitMs: 120_000,
  }),
  measure,
  merge,
  columns: (_, { sizes }) => [
    'candidate',
    ...sizes.map((size) => (size === 1 ? '1 account' : `${count(size)} accounts`)),
    'growth',
    `${count(sizes.at(-1))} in random order`,
    `bytes held by one of ${count(sizes.at(-1))}`,
  ],
  row: ({ notOffered, results }, { sizes }) => {
    if (notOffered) return [NOT_OFFERED, ...sizes.map(() => '–'), '–', '–'];
    const last = results[sizes.at(-1)];
    const growth = last.ns / results[1].ns;
    const inTurnNs = sizes.map((size) => ns(results[size].ns));
    return [...inTurnNs, `× ${growth.toFixed(1)}`, ns(last.atRandomNs), count(last.bytes)];
  },
  text: (_, { processes }) =>
    `A cached token of each account in turn, and of the largest number in random order: the medians of up to ${processes} processes; the candidates take turns, in random order. Some of the growth comes from the processor cache, which does not hold ten thousand tokens. Bytes are heap bytes after a garbage collection, without the token itself. For a candidate without accounts, one instance is made for each account.`,
  plot: {
    value: ({ results }) => results && Object.values(results).at(-1).bytes,
    label: 'bytes held by an account, beside its token',
    format: count,
  },
};
