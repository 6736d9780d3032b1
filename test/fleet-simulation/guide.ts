import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Table } from './tables.js';

const FILE = fileURLToPath(new URL('../../docs/fleets.md', import.meta.url));

/** Compares one table of the guide with what was computed, or writes it there; the rest of the guide is written by hand. */
export function checkGuide(name: string, table: Table, isUpdate: boolean): void {
  const guide = readFileSync(FILE, 'utf8');
  const [start, end] = [`<!-- table: ${name} -->`, '<!-- end -->'];
  const from = guide.indexOf(start) + start.length;
  const to = guide.indexOf(end, from);
  if (from < start.length || to < 0) throw new Error(`docs/fleets.md has no place for the table "${name}"`);
  const computed = `\n\n${aligned(table)}\n\n`;
  if (guide.slice(from, to) === computed) return;
  if (!isUpdate) {
    throw new Error(
      `The table "${name}" of docs/fleets.md is not what the simulation comes to. If that is right, write it anew: ` +
        `UPDATE_DOCS=1 npm run test:slow -- fleet-simulation\nIt is:${guide.slice(from, to)}It should be:${computed}`,
    );
  }
  writeFileSync(FILE, guide.slice(0, from) + computed + guide.slice(to));
}

/** Columns of equal width, figures to the right. */
function aligned(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...rows] = table;
  const rule = `| ${widths.map((width) => `${'-'.repeat(width - 1)}:`).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
