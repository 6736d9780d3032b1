// The cost of uploads: throughput and event loop blocking, against the same client.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as passes } from 'node:timers/promises';
import { contextFor, UPLOAD_PATH } from '../lib/context.mjs';
import { fetchToken } from '../lib/fetch-calls.mjs';
import { count, ms, spread } from '../lib/format.mjs';
import { pairOrders } from '../lib/pairs.mjs';
import { median, ratioOfTotals } from '../lib/statistics.mjs';
import { UPLOADS } from '../lib/upload-bodies.mjs';
import { startService } from '../server/service.mjs';

/** Shorter blocks cannot be distinguished from noise. */
const NOISE_MS = 5;
/** Before the first round, until the code is compiled. */
const WARM_UP_ROUNDS = 5;
const UNLIMITED = { maxBodyLength: Number.POSITIVE_INFINITY, maxContentLength: Number.POSITIVE_INFINITY };

async function send(side) {
  const { status } = await side();
  if (status !== 200) throw new Error(`The service answered ${status}`);
}

/** The time of each upload of both sides. One after the other, so that a slow moment of the machine meets both. */
async function times(sides, { forMs, leastPairs }) {
  const took = [[], []];
  const startedAt = performance.now();
  for (const order of pairOrders()) {
    if (took[0].length >= leastPairs && performance.now() - startedAt >= forMs) break;
    for (const side of order) {
      const sentAt = performance.now();
      await send(sides[side]);
      took[side].push(performance.now() - sentAt);
    }
  }
  return took;
}

/** The longest block of the event loop in one round. */
async function blockMs(side, uploads) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // It measures between turns of the event loop, so it needs a turn before and after the uploads.
  await passes(4);
  for (let upload = 0; upload < uploads; upload++) await send(side);
  await passes(4);
  delay.disable();
  return delay.max / 1e6;
}

async function compare(upload, [through, plain], { rounds, ...limits }) {
  const sides = [through, plain].map(
    ({ axios, config }) =>
      () =>
        upload.send(axios, UPLOAD_PATH, { ...UNLIMITED, ...config }),
  );
  for (let warmUp = 0; warmUp < WARM_UP_ROUNDS; warmUp++) for (const side of sides) await blockMs(side, upload.times);
  const blocks = [[], []];
  for (let index = 0; index < rounds; index++) {
    for (const side of [0, 1]) blocks[side].push(await blockMs(sides[side], upload.times));
  }
  const [guarded, unguarded] = await times(sides, limits);
  return {
    upload: upload.name,
    perSecond: 1_000 / median(guarded),
    ratio: ratioOfTotals(unguarded, guarded),
    blockMs: median(blocks[0]),
    plainBlockMs: median(blocks[1]),
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
  settings: (quick) =>
    quick
      ? { rounds: 11, forMs: 500, leastPairs: 5, limitMs: 240_000 }
      : { rounds: 41, forMs: 8_000, leastPairs: 60, limitMs: 240_000 },
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
    'One upload after another. The ratio compares with the same client with a fixed header: the time of all its uploads over that of ours, in pairs in random order; the quartiles are those of ten parts of the run. A block is the longest time in a round in which the event loop did nothing else, median of all rounds. Promised: no less than 0.97 of the throughput, and blocks at most twice as long.',
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
