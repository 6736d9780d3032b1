// Many callers at the same time, and no token yet.
import { contextFor } from '../lib/context.mjs';
import { count, ms } from '../lib/format.mjs';
import { startService } from '../server/service.mjs';

async function measure(candidate, { callers, latencyMs }) {
  const service = await startService({ latencyMs });
  const client = await candidate.open(contextFor(service));
  const before = await service.counts();
  const ask = client.token ?? client.calls[0].through;
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

export const scenario = {
  name: 'cold-callers',
  title: 'Cold callers',
  settings: (quick) => ({ callers: quick ? 1_000 : 10_000, latencyMs: 100, limitMs: 60_000 }),
  measure,
  columns: ['candidate', 'token requests', 'until all are served', 'failures'],
  row: ({ tookMs, failures, tokenRequests, byCalls }) => [
    count(tokenRequests),
    `${ms(tookMs)}${byCalls ? ' (calls)' : ''}`,
    count(failures),
  ],
  text: (_, { callers, latencyMs }) =>
    `${count(callers)} callers ask for a token at the same moment, and there is none; the token endpoint takes ${latencyMs} ms. A candidate that returns no token calls the resource instead, twice, because the first call is rejected. The hard-coded header requests its token before. Promised: 1 request.`,
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
