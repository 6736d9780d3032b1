// Authenticated calls over https, with connections that are kept alive.
import { callColumns, callPlot, callRows, callVerdict, compareCalls, mergeCalls } from '../lib/compare-calls.mjs';
import { contextFor } from '../lib/context.mjs';
import { fetchToken } from '../lib/fetch-calls.mjs';
import { startService } from '../server/service.mjs';

async function measure(candidate, settings) {
  const service = await startService();
  const context = contextFor(service);
  const { access_token } = await fetchToken(context.tokenUrl, context.credentials);
  const { calls } = await candidate.openSecure(context);
  const clients = [];
  for (const call of calls) clients.push(await compareCalls(call, access_token, settings));
  await service.close();
  return { clients };
}

export const scenario = {
  name: 'tls',
  title: 'Authenticated calls over TLS',
  only: ['ours', 'hard-coded'],
  settings: (quick) => ({ rounds: quick ? 41 : 401, calls: 96, limitMs: 240_000 }),
  measure,
  merge: mergeCalls,
  columns: callColumns,
  rows: callRows,
  text: () => 'As above, over https with a private CA and keep-alive connections. Promised: no less than 0.97.',
  verdict: callVerdict,
  plot: callPlot,
};
