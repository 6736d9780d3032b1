// The cost of a cached token, which is part of every call of an application.
import { contextFor } from '../lib/context.mjs';
import { figure, NOT_OFFERED, ns, spread } from '../lib/format.mjs';
import { median, ratios, summary } from '../lib/statistics.mjs';
import { startService } from '../server/service.mjs';

/** Short, so that other work of the machine affects few rounds. */
const ROUND_MS = 2;
/** Below the size of the young generation, so that no garbage is collected while bytes are counted. */
const COUNTED_BYTES = 6_000_000;

/** Compiled separately for each function, because a shared loop would not be optimised for any of them. */
function loopOver(call, name) {
  const body = `return async (times) => { for (let time = 0; time < times; time++) await call(); } // ${name}`;
  return new Function('call', body)(call);
}

/** Processor time of one call: by the clock, the work of other processes would count as well. */
async function nanoseconds(loop, times) {
  const before = process.cpuUsage();
  await loop(times);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / times;
}

async function bytes(loop, times) {
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  await loop(times);
  return (process.memoryUsage().heapUsed - before) / times;
}

async function timesFor(loop) {
  await loop(2_000);
  const each = await nanoseconds(loop, 2_000);
  return Math.max(200, Math.round((ROUND_MS * 1e6) / each));
}

async function countBytes(loop, rounds) {
  const estimate = Math.max(16, await bytes(loop, 500));
  const times = Math.max(50, Math.min(100_000, Math.floor(COUNTED_BYTES / estimate)));
  const all = [];
  for (let round = 0; round < rounds; round++) all.push(await bytes(loop, times));
  return median(all);
}

async function measure(candidate, { rounds }) {
  const service = await startService();
  const client = await candidate.open(contextFor(service));
  if (client.token === undefined) return { notOffered: true };
  await client.token();
  const constant = 'x'.repeat(640);
  const settled = Promise.resolve(constant);
  const validUntil = Date.now() + 3_600_000;
  const loops = [
    loopOver(client.token, 'candidate'),
    loopOver(() => constant, 'constant'),
    loopOver(() => (Date.now() < validUntil ? settled : undefined), 'expiry check'),
  ];
  const times = [];
  for (const loop of loops) times.push(await timesFor(loop));
  const spent = loops.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? [0, 1, 2] : [2, 1, 0]) {
      spent[side].push(await nanoseconds(loops[side], times[side]));
    }
  }
  const held = [await countBytes(loops[0], 5), await countBytes(loops[1], 5)];
  const { tokenRequests } = await service.counts();
  await service.close();
  return {
    ns: summary(spent[0]),
    constantNs: summary(spent[1]),
    checkNs: summary(spent[2]),
    ratio: summary(ratios(spent[0], spent[1])),
    checkRatio: summary(ratios(spent[0], spent[2])),
    bytes: held[0],
    constantBytes: held[1],
    tokenRequests,
  };
}

export const scenario = {
  name: 'cached-token',
  title: 'A cached token',
  // Large enough that no garbage is collected while bytes are counted.
  nodeArguments: ['--expose-gc', '--max-semi-space-size=64', '--min-semi-space-size=64'],
  settings: (quick) => ({ rounds: quick ? 101 : 501, limitMs: 60_000 }),
  measure,
  columns: [
    'candidate',
    'a cached token',
    'times a constant (quartiles)',
    'times an expiry check',
    'bytes allocated by a call',
  ],
  row: ({ ns: time, ratio, checkRatio, bytes, notOffered }) =>
    notOffered
      ? [NOT_OFFERED, '–', '–', '–']
      : [ns(time.median), spread(ratio), figure(checkRatio.median), figure(Math.max(0, bytes))],
  text: (results) => {
    const { constantNs, checkNs, constantBytes } = [...results.values()].find((result) => result?.ratio) ?? {};
    const floor =
      constantNs &&
      `The constant took ${ns(constantNs.median)} and ${figure(constantBytes)} bytes, the check ${ns(checkNs.median)}. `;
    return `One caller awaits the cached token repeatedly, alternating with a constant string and with a settled promise behind \`Date.now() < validUntil\`: the minimum for an implementation that notices an expired token. ${floor ?? ''}Promised: at most 1.1 times the expiry check, and no more than 32 bytes more than the constant.`;
  },
  verdict: ({ checkRatio, bytes, constantBytes }) => ({
    'at most 1.1 times a settled promise behind one expiry check': checkRatio.median <= 1.1,
    'no more than 32 bytes more than an awaited constant': bytes - constantBytes <= 32,
  }),
  plot: {
    value: ({ checkRatio }) => checkRatio?.median,
    label: 'times a settled promise behind one expiry check, logarithmic',
    logarithmic: true,
    format: (value) => figure(value),
  },
};
