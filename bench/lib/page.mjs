import { readFileSync, writeFileSync } from 'node:fs';
import { writeImage } from './images.mjs';
import { pageOf } from './report.mjs';
import { scenarioFile } from './scenarios.mjs';

const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);

/** Writes the page and its plots into the documentation. */
export async function writePage({ machine, runs, abouts }) {
  const { renderSvg } = await import('../peers/render-plot.mjs');
  const illustrated = [];
  for (const run of runs) illustrated.push({ ...run, image: await writeImage(run, renderSvg) });
  writeFileSync(PAGE, pageOf({ machine, runs: illustrated, abouts }));
}

/** Writes the results, for --from. */
export function keepResults(file, { machine, runs }) {
  const scenarios = runs.map(({ scenario, settings, results }) => ({
    name: scenario.name,
    settings,
    results: Object.fromEntries(results),
  }));
  writeFileSync(file, `${JSON.stringify({ machine, scenarios }, null, 2)}\n`);
}

export async function readResults(file, abouts) {
  const { machine, scenarios } = JSON.parse(readFileSync(file, 'utf8'));
  const runs = [];
  for (const { name, settings, results } of scenarios) {
    const { scenario } = await import(scenarioFile(name));
    runs.push({ scenario, settings, results: new Map(Object.entries(results)), abouts });
  }
  return { machine, runs, abouts };
}
