// Compares the library with its alternatives. See --help.
import { fileOf, startedNames } from './lib/candidates.mjs';
import { machine } from './lib/environment.mjs';
import { readOptions, USAGE } from './lib/options.mjs';
import { keepResults, readResults, writePage } from './lib/page.mjs';
import { installPeers } from './lib/peers.mjs';
import { tableOf, verdictsOf } from './lib/report.mjs';
import { runAll } from './lib/run-worker.mjs';
import { scenarioFile } from './lib/scenarios.mjs';

async function runScenario(name, { quick, candidates }, abouts) {
  const { scenario } = await import(scenarioFile(name));
  const settings = scenario.settings(quick);
  const takesPart = (candidate) =>
    !scenario.leavesOut?.includes(candidate) && (scenario.only?.includes(candidate) ?? true);
  const measured = candidates.filter(takesPart);
  const startedAt = performance.now();
  const results = await runAll(
    scenario,
    [...measured, ...(scenario.beside ?? [])],
    settings,
    (candidate, { error }) => {
      if (error !== undefined) console.error(`${name}, ${candidate}: ${error}`);
    },
  );
  const run = { scenario, settings, results, abouts };
  const tookSeconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(`\n${scenario.title} (${tookSeconds} s)\n\n${scenario.text(results, settings)}\n\n${tableOf(run)}`);
  for (const { promise, kept } of verdictsOf(run)) console.log(`${kept ? 'kept' : 'NOT KEPT'}: ${promise}`);
  return run;
}

async function measure(options, abouts) {
  console.log(machine());
  const runs = [];
  for (const name of options.scenarios) runs.push(await runScenario(name, options, abouts));
  return { machine: machine(), runs, abouts };
}

const isSound = (run) =>
  verdictsOf(run).every(({ kept }) => kept) && [...run.results.values()].every(({ error }) => error === undefined);

const options = readOptions(process.argv.slice(2));
if (options.help) {
  console.log(USAGE);
} else {
  installPeers();
  const abouts = new Map();
  for (const name of startedNames) abouts.set(name, (await import(fileOf(name))).about);
  const report = await (options.from === undefined ? measure(options, abouts) : readResults(options.from, abouts));
  if (options.out !== undefined) keepResults(options.out, report);
  if (options.isWhole) await writePage(report);
  process.exitCode = report.runs.every(isSound) ? 0 : 1;
}
