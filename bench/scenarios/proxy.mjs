// Authenticated calls over https through a proxy: each client opens tunnels in its default way.
import { callColumns, callPlot, callRows, callVerdict, compareCalls, mergeCalls } from '../lib/compare-calls.mjs';
import { contextFor } from '../lib/context.mjs';
import { fetchToken } from '../lib/fetch-calls.mjs';
import { startProxy } from '../server/proxy.mjs';
import { startService } from '../server/service.mjs';

async function measure(candidate, settings) {
  const service = await startService();
  const proxy = await startProxy();
  const context = contextFor(service, { proxyPort: proxy.port });
  const { access_token } = await fetchToken(context.tokenUrl, context.credentials);
  const { calls } = await candidate.openSecure(context);
  const clients = [];
  for (const call of calls) clients.push(await compareCalls(call, access_token, settings));
  await proxy.close();
  await service.close();
  return { clients };
}

export const scenario = {
  name: 'proxy',
  title: 'Authenticated calls through a proxy',
  only: ['ours', 'hard-coded'],
  settings: (quick) => ({ rounds: quick ? 15 : 81, calls: 48, limitMs: 240_000 }),
  measure,
  merge: mergeCalls,
  columns: callColumns,
  rows: callRows,
  text: () =>
    'As above, over https through a proxy that tunnels (CONNECT). axios opens a tunnel for each call, with this library and without it; `ContaSimplesHttpService` reads the private CA once, plain axios for each tunnel. Promised: no less than 0.97.',
  verdict: callVerdict,
  plot: callPlot,
};
