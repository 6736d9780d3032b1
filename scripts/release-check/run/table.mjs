const TITLE_WIDTH = 48;
const RULE = '-'.repeat(TITLE_WIDTH);

export function printHead() {
  console.log(`${'check'.padEnd(TITLE_WIDTH)}  result  seconds  note\n${RULE}  ------  -------  ----`);
}

/** One line per check, printed when it ends. */
export function printResult({ title, passed, seconds, note }) {
  const columns = [title.padEnd(TITLE_WIDTH), passed ? 'ok    ' : 'FAILED', seconds.toFixed(1).padStart(7), note];
  console.log(columns.join('  ').trimEnd());
}

/** The details of failed checks, and the totals. */
export function printSummary(results, elapsedMs) {
  const failed = results.filter(({ passed }) => !passed);
  for (const { title, details } of failed) {
    if (details !== undefined) console.log(`\n== ${title}\n${details}`);
  }
  const elapsed = `${(elapsedMs / 1_000).toFixed(1)} s`;
  console.log(`\n${results.length} checks in ${elapsed}, ${failed.length === 0 ? 'none' : failed.length} failed`);
}
