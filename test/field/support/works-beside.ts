import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, it } from '@jest/globals';

/** A third-party part that the library was run with. */
export interface FieldPart {
  /** How the part is called, and the first column of the table: `archiver`, `nginx`. */
  readonly name: string;
  /** Its version: `packageVersion('archiver')`, or where it comes from: `Debian package`. */
  readonly version: string;
  /** What a user has to know or do; the last column. */
  readonly note?: string;
}

const FILE = fileURLToPath(new URL('../../../docs/works-beside.md', import.meta.url));
const HEAD = ['part', 'version', 'what was tried', 'note'];
const [START, END] = ['<!-- table: works beside -->', '<!-- end -->'];

const require = createRequire(import.meta.url);

/** The version of an installed package; an alias (`redis-4`) is fine. */
export function packageVersion(name: string): string {
  const manifest = fileURLToPath(new URL(`../../../node_modules/${name}/package.json`, import.meta.url));
  return (require(manifest) as { version: string }).version;
}

/**
 * A group of tests with one third-party part. Each test is a step that the table in docs/works-beside.md lists; the last
 * test compares the row of this part with the steps that passed, or writes it with `UPDATE_DOCS=1`.
 *
 * ```ts
 * worksBeside({ name: 'archiver', version: packageVersion('archiver') }, (step) => {
 *   step('an upload arrives byte for byte', async () => { … });
 * });
 * ```
 */
export function worksBeside(
  part: FieldPart,
  define: (step: (title: string, run: () => Promise<void>) => void) => void,
) {
  describe(`beside ${part.name}`, () => {
    const [defined, passed]: [string[], string[]] = [[], []];
    define((title, run) => {
      defined.push(title);
      it(title, async () => {
        await run();
        passed.push(title);
      });
    });
    afterAll(() => {
      // A single test was selected, or one failed: there is nothing to compare.
      if (passed.length < defined.length) return;
      checkRow([part.name, part.version, defined.join('; '), part.note ?? '']);
    });
  });
}

function checkRow(cells: readonly string[]): void {
  const document = readFileSync(FILE, 'utf8');
  const from = document.indexOf(START) + START.length;
  const to = document.indexOf(END, from);
  const rows = document
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '))
    .map((row) => row.map((cell) => cell.trim()));
  const escaped = cells.map((cell) => cell.replaceAll('|', '\\|'));
  const others = rows.filter(([name]) => name !== cells[0]);
  const sorted = [...others, escaped].sort(([one = ''], [other = '']) => one.localeCompare(other));
  const table = `\n\n${aligned([HEAD, ...sorted])}\n\n`;
  if (document.slice(from, to) === table) return;
  if (process.env.UPDATE_DOCS !== '1') {
    throw new Error(
      `docs/works-beside.md does not list what was tried with ${cells[0]}. Write it again: UPDATE_DOCS=1 npm run test:slow -- test/field\nThe row should be: | ${escaped.join(' | ')} |`,
    );
  }
  writeFileSync(FILE, document.slice(0, from) + table + document.slice(to));
}

/** Columns of equal width, as the formatter would write them. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_name, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const [head = [], ...rest] = lines.map((cells) => widths.map((width, column) => (cells[column] ?? '').padEnd(width)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rest].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
