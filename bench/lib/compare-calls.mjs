import { count, figure, ms, spread } from './format.mjs';
import { percentile, ratios, summary } from './statistics.mjs';

export const CONCURRENCY = 16;

/** Calls per second; adds the duration of each call to `took`. */
async function callsPerSecond(call, calls, took) {
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
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return (calls * 1_000) / (performance.now() - startedAt);
}

/** One client against the same client with a fixed header, in alternating rounds. */
export async function compareCalls({ name, through, plainWith }, token, { rounds, calls }) {
  const sides = [through, plainWith(token)];
  // The first call requests the token; many callers without a token are another scenario.
  await through();
  for (const side of [...sides, ...sides]) await callsPerSecond(side, calls, []);
  const perSecond = [[], []];
  const took = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? [0, 1] : [1, 0]) {
      perSecond[side].push(await callsPerSecond(sides[side], calls, took[side]));
    }
  }
  const [guarded, plain] = took.map((each) => ({ p50: percentile(each, 0.5), p99: percentile(each, 0.99) }));
  return { name, perSecond: summary(perSecond[0]), ratio: summary(ratios(...perSecond)), guarded, plain };
}

export const callColumns = [
  'candidate',
  'client',
  'calls a second',
  'ratio (quartiles)',
  'p50 / p99',
  'p50 / p99 of the plain client',
];

export const callRows = ({ clients }) =>
  clients.map(({ name, perSecond, ratio, guarded, plain }) => [
    name,
    count(perSecond.median),
    spread(ratio, (value) => value.toFixed(3)),
    `${figure(guarded.p50)} / ${ms(guarded.p99)}`,
    `${figure(plain.p50)} / ${ms(plain.p99)}`,
  ]);

export const callVerdict = ({ clients }) =>
  Object.fromEntries(
    clients.map(({ name, ratio }) => [`${name}: no less than 0.97 of the plain client`, ratio.median >= 0.97]),
  );

export const callPlot = {
  value: ({ clients }) => clients[0].ratio.median,
  label: 'throughput, as a share of the same client with a hard-coded header',
  format: (value) => value.toFixed(2),
};
