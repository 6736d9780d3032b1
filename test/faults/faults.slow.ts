import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeServers } from '@support/listen.js';
import { expectRow } from './expect-row.js';
import type { Facts, Observed, Row, StoryRow } from './row.js';
import { BODY_ROWS } from './rows-bodies.js';
import { FIELD_ROWS } from './rows-fields.js';
import { NETWORK_ROWS } from './rows-network.js';
import { STATUS_ROWS } from './rows-statuses.js';
import { runAll } from './run-all.js';
import { runRow } from './run-row.js';
import { STORIES } from './stories.js';
import { checkTable, storyTableRow, type TableRow, tableRow } from './table.js';

const AT_ONCE = 24;
const ROWS = [...STATUS_ROWS, ...BODY_ROWS, ...FIELD_ROWS, ...NETWORK_ROWS];
const observed = new Map<Row, PromiseSettledResult<Observed>>();
const told = new Map<StoryRow, PromiseSettledResult<Facts>>();

beforeAll(async () => {
  const task = (row: Row) => async () => {
    const [result] = await Promise.allSettled([runRow(row, `${row.id}-${ROWS.indexOf(row)}`)]);
    observed.set(row, result);
  };
  const tell = (row: StoryRow) => async () => {
    const [result] = await Promise.allSettled([row.story()]);
    told.set(row, result);
  };
  const [alone, beside] = [ROWS.filter((row) => row.alone), ROWS.filter((row) => !row.alone)];
  // What is timed goes in the middle: not while everything is loaded, nor last, as it takes longest.
  const [timed, rest] = [beside.filter((row) => row.timed), beside.filter((row) => !row.timed).map(task)];
  const together = [...STORIES.map(tell), ...rest.splice(0, 60), ...timed.map(task), ...rest];
  // No row that runs beside those alone looks at the variable that they change.
  await Promise.all([runAll(together, AT_ONCE), runAll(alone.map(task), 1)]);
}, 170_000);

afterAll(closeServers);

/** What a row came to; what broke off on the way fails its own test alone. */
function resultOf<K, T>(results: ReadonlyMap<K, PromiseSettledResult<T>>, row: K): T {
  const result = results.get(row);
  if (result === undefined) throw new Error('It did not end in time');
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

describe('a fault of the token endpoint', () => {
  it.each(ROWS.map((row) => [row.id, row.fault, row] as const))('%s %s', (_id, _fault, row) => {
    expectRow(row, resultOf(observed, row));
  });

  it.each(STORIES.map((row) => [row.id, row.fault, row] as const))('%s %s', (_id, _fault, row) => {
    expect(resultOf(told, row)).toEqual(row.promised);
  });
});

describe('docs/faults.md', () => {
  it('says what this run has shown', () => {
    const rows: TableRow[] = [
      ...ROWS.map((row) => tableRow(row, resultOf(observed, row))),
      ...STORIES.map((row) => storyTableRow(row, resultOf(told, row))),
    ];
    checkTable(rows, process.env.UPDATE_DOCS === '1');
  });
});
