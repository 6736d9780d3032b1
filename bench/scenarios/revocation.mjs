// The service revokes a token before it expires. Clients notice only by a 401.
import { setTimeout as passes } from 'node:timers/promises';
import { contextFor } from '../lib/context.mjs';
import { count, seconds } from '../lib/format.mjs';
import { isFailure, steadyLoad } from '../lib/steady-load.mjs';
import { startService } from '../server/service.mjs';

const BURST = 100;

async function measure(candidate, { beforeMs, afterMs, latencyMs, perSecond }) {
  const service = await startService({ latencyMs });
  const client = await candidate.open(contextFor(service));
  const [{ through }] = client.calls;
  // A token is cached and has been accepted before it is revoked.
  await through();
  const load = steadyLoad(through, perSecond);
  await passes(beforeMs);
  const before = await service.counts();
  await service.revoke();
  const revokedAt = load.elapsed();
  load.burst(BURST);
  await passes(afterMs);
  const calls = await load.stop();
  const after = await service.counts();
  await service.close();
  const later = calls.filter(({ at }) => at >= revokedAt);
  const failed = later.filter(isFailure);
  const isOver = !isFailure(later.at(-1));
  return {
    calls: later.length,
    failed: failed.length,
    recoveredMs: isOver ? Math.max(0, ...failed.map(({ at }) => at - revokedAt)) : undefined,
    tokenRequests: after.tokenRequests - before.tokenRequests,
    refusedAtServer: after.refused - before.refused,
  };
}

export const scenario = {
  name: 'revocation',
  title: 'A revoked token',
  settings: (quick) => ({
    beforeMs: 1_000,
    afterMs: quick ? 1_000 : 3_000,
    latencyMs: 100,
    perSecond: 100,
    lanes: quick ? 6 : 4,
    limitMs: 30_000,
  }),
  measure,
  columns: ['candidate', 'calls', 'visible failures', 'last of them after', 'token requests', '401s at the server'],
  row: ({ calls, failed, recoveredMs, tokenRequests, refusedAtServer }) => [
    count(calls),
    count(failed),
    recoveredMs === undefined ? 'never ended' : failed === 0 ? '–' : seconds(recoveredMs),
    count(tokenRequests),
    count(refusedAtServer),
  ],
  text: (_, { perSecond, afterMs, latencyMs }) =>
    `At ${perSecond} calls a second the token is revoked half an hour before it expires, and ${BURST} further calls are made at that moment; the table shows the ${afterMs / 1_000} s after it. The token endpoint takes ${latencyMs} ms. Promised: one token request, and no visible failure.`,
  verdict: ({ failed, tokenRequests }) => ({
    'no visible failure': failed === 0,
    'one token request': tokenRequests === 1,
  }),
  plot: { value: ({ failed }) => failed, label: 'calls that failed visibly', format: count },
};
