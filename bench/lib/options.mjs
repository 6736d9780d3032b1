import { parseArgs } from 'node:util';
import { candidateNames } from './candidates.mjs';
import { scenarioNames } from './scenarios.mjs';

export const USAGE = `npm run bench -- [--quick] [--scenario name]… [--candidate name]… [--out file.json]
npm run bench -- --from file.json

  --quick      a tenth of the work: whether everything runs, not how fast
  --scenario   one of ${scenarioNames.join(', ')}; may be repeated
  --candidate  one of ${candidateNames.join(', ')}; may be repeated
  --out        also write all results there, as JSON
  --from       measure nothing, and write the page from results that --out kept

A run of everything writes docs/benchmarks.md and docs/benchmarks/; any other prints its tables and writes nothing.`;

function chosen(wanted, names) {
  const unknown = wanted?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}.\n\n${USAGE}`);
  return wanted ?? names;
}

/** @param {readonly string[]} args as given on the command line */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true },
      candidate: { type: 'string', multiple: true },
      out: { type: 'string' },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { help, quick, out, from } = values;
  return {
    help,
    quick,
    out,
    from,
    scenarios: chosen(values.scenario, scenarioNames),
    candidates: chosen(values.candidate, candidateNames),
    isWhole: values.scenario === undefined && values.candidate === undefined && !quick,
  };
}
