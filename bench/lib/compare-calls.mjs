import { count, figure, ms, spread } from './format.mjs';
import { pairOrders } from './pairs.mjs';
import { median, percentile, ratioOfTotals } from './statistics.mjs';

export const CONCURRENCY = 16;
/** Before the first round, until the code is compiled: that takes processor time, and more of it for the longer code. */
const WARM_UP_CALLS = 1_000;

/** One round: its time by the clock and of the processor, in milliseconds; adds the duration of each call to `took`. */
async function round(call, calls, took) {
  let left = calls;
  const worker = async () => {
    while (left-- > 0) {
      const startedAt = performance.now();
      const status = await call();
      if (status !== 200) throw new Error(`The service answered ${status}`);
      took.push(performance.now() - startedAt);
    }
  };
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const { user, system } = process.cpuUsage(before);
  return { clockMs: performance.now() - startedAt, processorMs: (user + system) / 1_000 };
}

/** One client against the same client with a fixed header, in pairs of rounds: the time of each round and of each call. */
export async function compareCalls({ name, through, plainWith }, token, { rounds, calls }) {
  const sides = [through, plainWith(token)];
  // The first call requests the token; many callers without a token are another scenario.
  await through();
  for (let done = 0; done < WARM_UP_CALLS; done += calls) for (const side of sides) await round(side, calls, []);
  const seen = [[], []];
  const took = [[], []];
  for (const order of pairOrders(rounds)) {
    for (const side of order) seen[side].push(await round(sides[side], calls, took[side]));
  }
  return { name, calls, seen, took };
}

/** The figures of one client, from one or more processes. */
function figuresOf(comparisons) {
  const [{ name, calls }] = comparisons;
  const ofSide = (list, side) => comparisons.flatMap((each) => each[list][side]);
  const [clockMs, plainClockMs] = [0, 1].map((side) => ofSide('seen', side).map((one) => one.clockMs));
  const [processorMs, plainProcessorMs] = [0, 1].map((side) => ofSide('seen', side).map((one) => one.processorMs));
  const [guarded, plain] = [0, 1].map((side) => {
    const took = ofSide('took', side);
    return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
  });
  return {
    name,
    perSecond: (calls * 1_000) / median(clockMs),
    ratio: ratioOfTotals(plainClockMs, clockMs),
    processorRatio: ratioOfTotals(plainProcessorMs, processorMs),
    guarded,
    plain,
  };
}

/** The figures of all clients of a candidate. */
export function mergeCalls(results) {
  const [first] = results;
  return { clients: first.clients.map((_, index) => figuresOf(results.map(({ clients }) => clients[index]))) };
}

export const callColumns = [
  'candidate',
  'client',
  'calls a second',
  'ratio (quartiles)',
  'ratio by processor time',
  'p50 / p99',
  'p50 / p99 of the plain client',
];

const share = (value) => value.toFixed(3);

export const callRows = ({ clients }) =>
  clients.map(({ name, perSecond, ratio, processorRatio, guarded, plain }) => [
    name,
    count(perSecond),
    spread(ratio, share),
    spread(processorRatio, share),
    `${figure(guarded.p50)} / ${ms(guarded.p99)}`,
    `${figure(plain.p50)} / ${ms(plain.p99)}`,
  ]);

export const callVerdict = ({ clients }) =>
  Object.fromEntries(
    clients.map(({ name, ratio }) => [`${name}: no less than 0.97 of the plain client`, ratio.total >= 0.97]),
  );

export const callPlot = {
  value: ({ clients }) => clients[0].ratio.total,
  label: 'throughput, as a share of the same client with a hard-coded header',
  format: (value) => value.toFixed(2),
};
