// The cost of uploads: throughput and event loop blocking, against the same client.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as passes } from 'node:timers/promises';
import { contextFor, UPLOAD_PATH } from '../lib/context.mjs';
import { fetchToken } from '../lib/fetch-calls.mjs';
import { count, ms, spread } from '../lib/format.mjs';
import { median, ratioOfTotals } from '../lib/statistics.mjs';
import { UPLOADS } from '../lib/upload-bodies.mjs';
import { startService } from '../server/service.mjs';

/** Shorter blocks cannot be distinguished from noise. */
const NOISE_MS = 5;
/** Before the first round, until the code is compiled. */
const WARM_UP_ROUNDS = 5;
const UNLIMITED = { maxBodyLength: Number.POSITIVE_INFINITY, maxContentLength: Number.POSITIVE_INFINITY };

/** One round: its time, and the longest block of the event loop. */
async function round(call, times) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // It measures between turns of the event loop, so it needs a turn before and after the uploads.
  await passes(4);
  const startedAt = performance.now();
  for (let time = 0; time < times; time++) {
    const { status } = await call();
    if (status !== 200) throw new Error(`The service answered ${status}`);
  }
  const tookMs = performance.now() - startedAt;
  await passes(4);
  delay.disable();
  return { tookMs, blockMs: delay.max / 1e6 };
}

async function compare(upload, [through, plain], { rounds }) {
  const sides = [through, plain].map(
    ({ axios, config }) =>
      () =>
        upload.send(axios, UPLOAD_PATH, { ...UNLIMITED, ...config }),
  );
  for (let warmUp = 0; warmUp < WARM_UP_ROUNDS; warmUp++) for (const side of sides) await round(side, upload.times);
  const seen = [[], []];
  for (let index = 0; index < rounds; index++) {
    for (const side of index % 2 === 0 ? [0, 1] : [1, 0]) seen[side].push(await round(sides[side], upload.times));
  }
  const [guarded, unguarded] = seen.map((all) => ({
    tookMs: all.map((each) => each.tookMs),
    blockMs: median(all.map((each) => each.blockMs)),
  }));
  return {
    upload: upload.name,
    perSecond: (upload.times * 1_000) / median(guarded.tookMs),
    ratio: ratioOfTotals(unguarded.tookMs, guarded.tookMs),
    blockMs: guarded.blockMs,
    plainBlockMs: unguarded.blockMs,
  };
}

async function measure(candidate, settings) {
  const service = await startService();
  const context = contextFor(service);
  const { access_token } = await fetchToken(context.tokenUrl, context.credentials);
  const { instances, plain } = await candidate.openUploads(context);
  const plainSide = { axios: plain, config: { headers: { Authorization: `Bearer ${access_token}` } } };
  const rows = [];
  for (const { name, axios } of instances) {
    for (const upload of UPLOADS) rows.push({ name, ...(await compare(upload, [{ axios }, plainSide], settings)) });
  }
  await service.close();
  return { rows };
}

const shortEnough = ({ blockMs, plainBlockMs }) => blockMs <= Math.max(NOISE_MS, 2 * plainBlockMs);

export const scenario = {
  name: 'uploads',
  title: 'Uploads',
  only: ['ours', 'hard-coded'],
  settings: (quick) => ({ rounds: quick ? 11 : 121, limitMs: 240_000 }),
  measure,
  columns: [
    'candidate',
    'client',
    'upload',
    'uploads a second',
    'ratio (quartiles)',
    'longest block',
    'of the plain client',
  ],
  rows: ({ rows }) =>
    rows.map(({ name, upload, perSecond, ratio, blockMs, plainBlockMs }) => [
      name,
      upload,
      count(perSecond),
      spread(ratio, (value) => value.toFixed(3)),
      ms(blockMs),
      ms(plainBlockMs),
    ]),
  text: () =>
    'One upload after another. The ratio compares with the same client with a fixed header, in alternating rounds. A block is the longest time in a round in which the event loop did nothing else, median of all rounds. Promised: no less than 0.97 of the throughput, and blocks at most twice as long.',
  verdict: ({ rows }) =>
    Object.fromEntries(
      rows.flatMap((row) => [
        [`${row.name}, ${row.upload}: no less than 0.97 of the plain client`, row.ratio.total >= 0.97],
        [`${row.name}, ${row.upload}: blocks at most twice as long`, shortEnough(row)],
      ]),
    ),
  plot: {
    value: ({ rows }) => Math.min(...rows.map(({ ratio }) => ratio.total)),
    label: 'the least throughput of all uploads, as a share of the same client with a hard-coded header',
    format: (value) => value.toFixed(2),
  },
};
