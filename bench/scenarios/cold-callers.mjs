// Many callers at the same time, and no token yet.
import { contextFor } from '../lib/context.mjs';
import { count, ms, spread } from '../lib/format.mjs';
import { summary } from '../lib/statistics.mjs';
import { startService } from '../server/service.mjs';

async function measure(candidate, { callers, latencyMs }) {
  const service = await startService({ latencyMs });
  const client = await candidate.open(contextFor(service));
  const before = await service.counts();
  const ask = client.token ?? client.calls[0].through;
  // What the start of the application has left would be collected in the middle of it.
  globalThis.gc();
  const startedAt = performance.now();
  const settled = await Promise.allSettled(Array.from({ length: callers }, async () => ask()));
  const tookMs = performance.now() - startedAt;
  const after = await service.counts();
  await service.close();
  return {
    tookMs,
    failures: settled.filter(({ status }) => status === 'rejected').length,
    tokenRequests: after.tokenRequests - before.tokenRequests,
    byCalls: client.token === undefined,
  };
}

function merge(results) {
  const all = (figure) => results.map((each) => each[figure]);
  return {
    tookMs: summary(all('tookMs')),
    failures: Math.max(...all('failures')),
    tokenRequests: Math.max(...all('tokenRequests')),
    byCalls: results[0].byCalls,
  };
}

export const scenario = {
  name: 'cold-callers',
  title: 'Cold callers',
  nodeArguments: ['--expose-gc'],
  settings: (quick) => ({
    callers: quick ? 1_000 : 10_000,
    processes: quick ? 1 : 9,
    enoughMs: 15_000,
    latencyMs: 100,
    limitMs: 60_000,
  }),
  measure,
  merge,
  columns: ['candidate', 'token requests', 'until all are served (quartiles)', 'failures'],
  row: ({ tookMs, failures, tokenRequests, byCalls }) => [
    count(tokenRequests),
    `${spread(tookMs, ms)}${byCalls ? ' (calls)' : ''}`,
    count(failures),
  ],
  text: (_, { callers, latencyMs, processes }) =>
    `${count(callers)} callers ask for a token at the same moment, and there is none; the token endpoint takes ${latencyMs} ms. A candidate that returns no token calls the resource instead, twice, because the first call is rejected. Times are the median of up to ${processes} processes, in each of which it happens once; the candidates take turns, in random order. The hard-coded header requests its token before. Promised: 1 request.`,
  verdict: ({ tokenRequests, failures }) => ({
    'one token request': tokenRequests === 1,
    'no failure': failures === 0,
  }),
  plot: {
    // A logarithmic axis has no zero: a candidate without requests has no bar.
    value: ({ tokenRequests }) => tokenRequests || undefined,
    label: 'token requests, logarithmic',
    logarithmic: true,
    format: count,
  },
};
