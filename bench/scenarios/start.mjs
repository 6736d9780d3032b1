// What a candidate costs before it has done anything: time at each start, and memory for as long as the process runs.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ms, spread } from '../lib/format.mjs';
import { median, summary } from '../lib/statistics.mjs';

const PROBE = new URL('../lib/start-probe.mjs', import.meta.url);

async function probe(name) {
  const child = fork(PROBE, [name], { execArgv: ['--expose-gc'] });
  const [result] = await once(child, 'message');
  await once(child, 'exit');
  return result;
}

async function measure(_, { times }, name) {
  const probes = [];
  // The first reads the disk.
  if (times > 1) await probe(name);
  for (let time = 0; time < times; time++) probes.push(await probe(name));
  const all = (property) => probes.map((each) => each[property]);
  return {
    importMs: summary(all('importMs')),
    startMs: summary(all('startMs')),
    heapBytes: median(all('heapBytes')),
    rssBytes: median(all('rssBytes')),
  };
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

export const scenario = {
  name: 'start',
  title: 'Import and start',
  settings: (quick) => ({ times: quick ? 1 : 5, limitMs: 60_000 }),
  /** What an application has without this library. */
  beside: ['nest-alone'],
  measure,
  columns: ['candidate', 'import (quartiles)', 'start', 'heap held', 'resident memory gained'],
  row: ({ importMs, startMs, heapBytes, rssBytes }) => [
    spread(importMs, ms),
    ms(startMs.median),
    megabytes(heapBytes),
    megabytes(rssBytes),
  ],
  text: () =>
    'A fresh process each time, median of several. Each candidate brings the HTTP client that it is used with. This library’s figures hold NestJS, axios and all that an application of NestJS has anyway; the last row is that alone, so the difference is what the library adds.',
  plot: {
    value: ({ importMs, startMs }) => importMs.median + startMs.median,
    label: 'milliseconds to import and start',
    format: (value) => value.toFixed(0),
  },
};
