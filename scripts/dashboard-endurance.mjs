import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openBrowser } from '../test/browser/chromium.mjs';
import { startDemo } from '../test/browser/demo-process.mjs';

/*
 * Runs the dashboard at 200 calls a second and measures the memory of the page and of the server, and the duration of the
 * page's frames. Build first: npm run build && node scripts/dashboard-endurance.mjs --minutes 10
 */

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' } } });
const minutes = Number(values.minutes);
const SAMPLES = 20;
const MEGABYTE = 1024 ** 2;
/** The allowed growth of memory from the second quarter of the run to the last; garbage collection varies. */
const ALLOWED_GROWTH_MB = { page: 4, server: 25 };
/** Longer frames are visible as stutter. */
const LONG_FRAME_MS = 100;

const demo = await startDemo();
const browser = await openBrowser({ viewport: { width: 1280, height: 900 } });
const page = await browser.context.newPage();
const devtools = await browser.context.newCDPSession(page);

/** Resident memory of the process. */
const serverMegabytes = () =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${demo.pid}/status`, 'utf8'))[1]) / 1024;

async function pageMegabytes() {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / MEGABYTE;
}

function watchFrames(longMs) {
  const frames = { count: 0, long: 0, longestMs: 0, durations: new Uint32Array(2_000) };
  let last = performance.now();
  const tick = (now) => {
    const took = now - last;
    last = now;
    frames.count++;
    frames.durations[Math.min(1_999, Math.round(took))]++;
    if (took > longMs) frames.long++;
    frames.longestMs = Math.max(frames.longestMs, took);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  window.frames_ = frames;
}

function readFrames() {
  const { count, long, longestMs, durations } = window.frames_;
  let seen = 0;
  const percentile = durations.findIndex((number) => {
    seen += number;
    return seen >= count * 0.99;
  });
  return { count, long, longestMs, percentile, nodes: document.querySelectorAll('*').length };
}

const average = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const growth = (samples) => {
  const quarter = Math.floor(samples.length / 4);
  return average(samples.slice(-quarter)) - average(samples.slice(quarter, 2 * quarter));
};

let failed = false;
try {
  await devtools.send('Performance.enable');
  await page.goto(demo.url);
  await page.click('#load button:has-text("200")');
  await page.evaluate(watchFrames, LONG_FRAME_MS);
  console.log(`200 calls a second for ${minutes} min`);
  const samples = { page: [], server: [] };
  for (let sample = 1; sample <= SAMPLES; sample++) {
    await new Promise((resolve) => setTimeout(resolve, (minutes * 60_000) / SAMPLES));
    samples.page.push(await pageMegabytes());
    samples.server.push(serverMegabytes());
    const answered = await page.textContent('[data-figure="answered"] .value');
    const failures = await page.textContent('[data-figure="failed"] .value');
    console.log(
      `${((sample * minutes) / SAMPLES).toFixed(1)} min: page ${samples.page.at(-1).toFixed(1)} MB, ` +
        `server ${samples.server.at(-1).toFixed(0)} MB, ${answered} calls, ${failures} failed`,
    );
  }
  const frames = await page.evaluate(readFrames);
  const calls = Number((await page.textContent('[data-figure="answered"] .value')).replaceAll(',', ''));
  const checks = [
    ['calls answered', calls, calls >= 200 * 60 * minutes * 0.97],
    ['calls failed', await page.textContent('[data-figure="failed"] .value'), true],
    ['page grew by MB', growth(samples.page).toFixed(2), growth(samples.page) < ALLOWED_GROWTH_MB.page],
    ['server grew by MB', growth(samples.server).toFixed(1), growth(samples.server) < ALLOWED_GROWTH_MB.server],
    ['elements in the page', frames.nodes, frames.nodes < 1_500],
    ['99th percentile of frames in ms', frames.percentile, frames.percentile <= 50],
    [`frames over ${LONG_FRAME_MS} ms`, `${frames.long} of ${frames.count}`, frames.long <= frames.count * 0.005],
    ['longest frame in ms', frames.longestMs.toFixed(0), true],
  ];
  for (const [name, value, holds] of checks) console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}: ${value}`);
  failed = checks.some(([, , holds]) => !holds);
} finally {
  await browser.close();
  await demo.close();
}
process.exitCode = failed ? 1 : 0;
