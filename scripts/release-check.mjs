// The package as it arrives in somebody's node_modules: what is in it, its types, its public surface, and applications
// that use it. Works below a temporary folder, which goes away again, and leaves no process behind.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
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
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
