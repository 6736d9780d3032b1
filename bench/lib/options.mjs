import { parseArgs } from 'node:util';
import { candidateNames } from './candidates.mjs';
import { scenarioNames } from './scenarios.mjs';

export const USAGE = `npm run bench -- [--quick] [--scenario name]… [--candidate name]… [--out file.json]
npm run bench -- --from file.json

  --quick      a tenth of the work: checks that everything runs, not how fast
  --scenario   one of ${scenarioNames.join(', ')}; may be repeated
  --candidate  one of ${candidateNames.join(', ')}; may be repeated
  --out        also write all results there, as JSON
  --from       measure nothing; write the page from the results of --out

A complete run writes docs/benchmarks.md and docs/benchmarks/; any other run only prints its tables.`;

function chosen(wanted, names) {
  const unknown = wanted?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}.\n\n${USAGE}`);
  return wanted ?? names;
}

/** @param {readonly string[]} args the arguments of the command line */
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
