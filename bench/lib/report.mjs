import { versionOf } from './environment.mjs';
import { markdownTable } from './table.mjs';

const call = (value, ...inputs) => (typeof value === 'function' ? value(...inputs) : value);

/** One scenario's results as rows of a table. A failed candidate is marked in its row. */
export function tableOf({ scenario, settings, results, abouts }) {
  const columns = call(scenario.columns, results, settings);
  const rows = [...results].flatMap(([name, result]) => {
    const label = abouts.get(name).name;
    if (result.error !== undefined) return [[label, 'failed', ...columns.slice(2).map(() => '–')]];
    const cells = scenario.rows ? scenario.rows(result) : [scenario.row(result, settings)];
    return cells.map((row) => [label, ...row]);
  });
  return markdownTable(columns, rows);
}

/** The promises of the library, and whether this run kept them. */
export function verdictsOf({ scenario, results }) {
  const ours = results.get('ours');
  if (scenario.verdict === undefined || ours === undefined) return [];
  if (ours.error !== undefined) return [{ promise: 'it could be measured', kept: false }];
  if (ours.missing !== undefined) return [];
  return Object.entries(scenario.verdict(ours)).map(([promise, kept]) => ({ promise, kept }));
}

function section(run) {
  const { scenario, settings, results, image } = run;
  const verdicts = verdictsOf(run).map(({ promise, kept }) => `- ${kept ? 'kept' : '**not kept**'}: ${promise}`);
  return [
    `## ${scenario.title}`,
    scenario.text(results, settings),
    tableOf(run),
    image && `![${image.alt}](benchmarks/${image.file})`,
    verdicts.length > 0 && `In this run:\n\n${verdicts.join('\n')}`,
  ].filter(Boolean);
}

function candidateTable(abouts) {
  const rows = [...abouts.values()].map(({ name, packages, how, lacks }) => [
    name,
    packages.map((each) => `${each} ${versionOf(each)}`).join(', '),
    lacks === undefined ? how : `${how}; ${lacks}`,
  ]);
  return markdownTable(['candidate', 'version', 'used as'], rows, 3);
}

/** The whole page. */
export function pageOf({ machine, runs, abouts }) {
  return [
    '# Benchmarks',
    'Written by `npm run bench`; no figure was edited by hand. Each candidate runs in a separate process against a server in another process, and is used as its documentation says. Requests are counted at the server. Compare times only within one run: on another machine they differ.',
    `Measured on: ${machine}.`,
    '## Who is compared',
    candidateTable(abouts),
    ...runs.flatMap(section),
  ]
    .join('\n\n')
    .concat('\n');
}
