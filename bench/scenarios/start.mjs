// The cost of a candidate before its first call: time at each start, and memory.
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

async function measure(_, __, name) {
  return probe(name);
}

function merge(probes) {
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
  settings: (quick) => ({ processes: quick ? 1 : 11, limitMs: 60_000 }),
  /** What an application has without this library. */
  beside: ['nest-alone'],
  measure,
  merge,
  columns: ['candidate', 'import (quartiles)', 'start', 'heap held', 'resident memory gained'],
  row: ({ importMs, startMs, heapBytes, rssBytes }) => [
    spread(importMs, ms),
    ms(startMs.median),
    megabytes(heapBytes),
    megabytes(rssBytes),
  ],
  text: (_, { processes }) =>
    `A new process each time, median of ${processes}; the candidates take turns, in random order. Each candidate includes the HTTP client that it is used with. This library’s figures include NestJS, axios and everything else that a NestJS application has anyway; the last row is that alone, so the difference is what the library adds.`,
  plot: {
    value: ({ importMs, startMs }) => importMs.median + startMs.median,
    label: 'milliseconds to import and start',
    format: (value) => value.toFixed(0),
  },
};
