// Checks the package as users install it: its files, its types, its public API, and applications that use it. Works in a
// temporary folder, which it removes at the end together with all processes.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allChecks, referenceChecks } from './release-check/all-checks.mjs';
import { HELP, parseOptions } from './release-check/options.mjs';
import { killAllAtExit } from './release-check/run/children.mjs';
import { runChecks } from './release-check/run/run-checks.mjs';
import { printHead, printResult, printSummary } from './release-check/run/table.mjs';

const options = parseOptions(process.argv.slice(2));
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
killAllAtExit();
const startedAt = performance.now();
const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'release-check-')));
process.once('exit', () => {
  if (options.keep) console.log(`Kept: ${temporary}`);
  else rmSync(temporary, { recursive: true, force: true });
});
const context = { ...options, temporary };
printHead();
const checks = options.docs === undefined ? allChecks(context) : referenceChecks(context);
const results = await runChecks(checks, printResult);
printSummary(results, performance.now() - startedAt);
// A hundred thousand files: several at a time, which the handler of `exit` cannot do.
if (!options.keep) await rm(temporary, { recursive: true, force: true });
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
