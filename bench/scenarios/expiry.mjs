// Tokens expire during calls. Unless the token is refreshed before, a caller waits for the next one.
import { setTimeout as passes } from 'node:timers/promises';
import { contextFor, marginOf } from '../lib/context.mjs';
import { count, ms } from '../lib/format.mjs';
import { median } from '../lib/statistics.mjs';
import { isFailure, steadyLoad } from '../lib/steady-load.mjs';
import { startService } from '../server/service.mjs';

/** Calls before the measurement, to compile code and open connections. */
const WARM_UP = 30;

async function measure(candidate, { lifeSeconds, lives, latencyMs, perSecond }) {
  const { fixedWindowMs = 0 } = candidate.about;
  // A candidate with a fixed refresh time before expiry gets longer lifetimes, so that it makes as many refreshes.
  const service = await startService({ lifeSeconds: lifeSeconds + fixedWindowMs / 1_000, latencyMs });
  const client = await candidate.open(contextFor(service, { marginMs: marginOf(lifeSeconds) }));
  const [{ through }] = client.calls;
  for (let call = 0; call < WARM_UP; call++) await through().catch(() => undefined);
  const before = await service.counts();
  const load = steadyLoad(through, perSecond);
  await passes(lives * lifeSeconds * 1_000);
  const calls = await load.stop();
  const after = await service.counts();
  await service.close();
  const usual = median(calls.map(({ tookMs }) => tookMs));
  const slowest = Math.max(...calls.map(({ tookMs }) => tookMs));
  return {
    calls: calls.length,
    delayed: calls.filter(({ tookMs }) => tookMs > usual + latencyMs / 2).length,
    refused: calls.filter(({ status }) => status === 401).length,
    otherFailures: calls.filter((call) => isFailure(call) && call.status !== 401).length,
    slowest,
    usual,
    tokenRequests: after.tokenRequests - before.tokenRequests,
    fixedWindowMs,
  };
}

export const scenario = {
  name: 'expiry',
  title: 'Where a token ends',
  settings: (quick) => ({
    lifeSeconds: quick ? 3 : 4,
    lives: quick ? 1.5 : 4,
    latencyMs: 100,
    perSecond: 100,
    lanes: quick ? 6 : 4,
    limitMs: 60_000,
  }),
  measure,
  columns: ['candidate', 'calls', 'delayed', 'refused (401)', 'other failures', 'median / slowest', 'token requests'],
  row: (result) => [
    count(result.calls),
    count(result.delayed),
    count(result.refused),
    count(result.otherFailures),
    `${ms(result.usual)} / ${ms(result.slowest)}`,
    count(result.tokenRequests),
  ],
  text: (_, { lifeSeconds, lives, latencyMs, perSecond }) =>
    `${perSecond} calls per second through ${lives} token lifetimes of ${lifeSeconds} s each; the token endpoint takes ${latencyMs} ms. Delayed is a call that took ${latencyMs / 2} ms more than the median. A margin that can be set is set to a tenth of the lifetime; if it is fixed (two minutes in @azure/core-rest-pipeline, five in @azure/msal-node), the tokens have that much longer lifetimes. The delayed calls of the hard-coded header are the noise of the machine. Promised: no call delayed, none rejected.`,
  verdict: ({ delayed, refused, otherFailures }) => ({
    'no call delayed': delayed === 0,
    'no call refused': refused + otherFailures === 0,
  }),
  plot: {
    value: ({ delayed, refused, otherFailures }) => delayed + refused + otherFailures,
    label: 'calls delayed or failed',
    format: count,
  },
};
