// The cost of authentication per call: the candidate against the same client with a fixed header.
import {
  CONCURRENCY,
  callColumns,
  callPlot,
  callRows,
  callVerdict,
  compareCalls,
  mergeCalls,
} from '../lib/compare-calls.mjs';
import { contextFor } from '../lib/context.mjs';
import { startService } from '../server/service.mjs';

async function measure(candidate, settings) {
  const service = await startService();
  const context = contextFor(service);
  const client = await candidate.open(context);
  // A separate token for the fixed header, which the candidate cannot revoke.
  const response = await fetch(context.tokenUrl, { method: 'POST' });
  const { access_token } = await response.json();
  const clients = [];
  for (const call of client.calls) clients.push(await compareCalls(call, access_token, settings));
  await service.close();
  return { clients };
}

export const scenario = {
  name: 'throughput',
  title: 'Authenticated calls',
  /** Two processes with the same code differ by 3 to 4 %, so there are many. */
  settings: (quick) => ({ rounds: quick ? 41 : 51, calls: 96, processes: quick ? 1 : 12, limitMs: 240_000 }),
  measure,
  merge: mergeCalls,
  columns: callColumns,
  rows: callRows,
  text: (_, { processes }) =>
    `${CONCURRENCY} callers at a time, without a pause, in ${processes === 1 ? 'one process' : `each of ${processes} processes`}. The ratio compares with the same client with a fixed header, in pairs of rounds in random order: all calls of the candidate by the time of all its rounds, over the same for the plain client; the quartiles are those of ten parts of the run. 1 means no cost, and the ratio of the hard-coded header is the noise. Promised: no less than 0.97.`,
  verdict: callVerdict,
  plot: callPlot,
};
