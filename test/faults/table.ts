import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Arrivals, Attempted, Facts, Observed, Row, StoryRow } from './row.js';

export interface TableRow {
  readonly id: string;
  readonly cells: readonly string[];
}

const FILE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));

const GROUPS = {
  T: 'The token endpoint answers with another status',
  B: 'The body is no JSON object',
  F: 'A field is missing or odd',
  N: 'Network, TLS and proxies',
};

const HEAD = ['id', 'fault', 'without a token', 'token held', 'note'];

const INTRODUCTION = `# Faults of the token endpoint, and what a caller sees

\`test/faults\` runs each fault over real sockets, through the public module, and writes this page. The test fails if the page and the
result differ. To write it again: \`UPDATE_DOCS=1 npm run test:slow -- test/faults\`.

- **Without a token**: the result of a first call to \`getToken()\` (kind of error and status), and how many token requests had
  reached the server by then. 20 more calls fail at once with the same kind and with \`retryAt\`, and make no request before that time.
  If an attempt cannot be seen as a request, the row says what was counted instead.
- **Token held**: the result of \`refresh()\` while \`getToken()\` returns the current token. "Back by itself" means: after the fault
  ended, the account had a new token within one backoff step, without a call and with one request.

No error and no log line contained any part of a secret or of the server's answer. Each failure was logged once.

With a shared store, another process learns of a failure and waits for the rest of its wait, plus jitter. Failures of the store
make no call fail: [fleets.md](fleets.md#when-redis-is-away).
`;

export function tableRow(row: Row, { cold, warm }: Observed): TableRow {
  const isHeld = warm.served.every((fingerprint) => fingerprint === warm.held);
  const refreshed =
    warm.first.kind === 'token'
      ? `replaced, ${seen(warm.arrivals)}`
      : `${isHeld ? 'served' : 'NOT SERVED'}; \`refresh()\` fails, ${seen(warm.arrivals)}`;
  const held = warm.recovery ? `${refreshed}; back by itself` : refreshed;
  return { id: row.id, cells: [row.fault, called(row, cold), held, row.note ?? ''] };
}

export function storyTableRow({ id, fault, note }: StoryRow, facts: Facts): TableRow {
  const said = Object.entries(facts).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? code(value) : text(value)}`,
  );
  return { id, cells: [fault, said.join('; '), '', note ?? ''] };
}

function text(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(text).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, count]) => `${count} × ${name}`)
    .join(', ');
}

const code = (value: string) => `\`${value}\``;

function called({ promised }: Row, { first, arrivals }: Attempted): string {
  if ('lifeMs' in first) return `a token for ${first.lifeMs / 1_000} s, ${seen(arrivals)}`;
  const { kind, status } = first;
  const pause = 'retryInMs' in promised ? promised.retryInMs[0] : 0;
  const then = pause > 0 ? `, then none for ${pause / 1_000} s` : '';
  return `${code(kind)}${status === undefined ? '' : ` (${status})`}, ${seen(arrivals)}${then}`;
}

function seen({ requests, attempts }: Arrivals): string {
  const counted = `${requests} ${requests === 1 ? 'request' : 'requests'}`;
  return attempts === undefined || attempts === requests
    ? counted
    : `${counted} in ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}

/** Compares the document with the results, or writes it. */
export function checkTable(rows: readonly TableRow[], isUpdate: boolean): void {
  const document = render(rows);
  if (isUpdate) {
    mkdirSync(new URL('.', `file://${FILE}`), { recursive: true });
    writeFileSync(FILE, document);
    return;
  }
  const present = read();
  if (present === document) return;
  const [old, now] = [present.split('\n'), document.split('\n')];
  const line = now.findIndex((text, index) => text !== old[index]);
  throw new Error(
    `docs/faults.md is not what the faults came to. If that is right, write it anew: UPDATE_DOCS=1 npm run test:slow -- test/faults\n` +
      `Line ${line + 1} is:        ${old[line] ?? '(missing)'}\nIt should be: ${now[line] ?? '(nothing)'}`,
  );
}

function read(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

function render(rows: readonly TableRow[]): string {
  const tables = Object.entries(GROUPS).map(([letter, title]) => {
    const lines = rows
      .filter(({ id }) => id.startsWith(letter))
      .sort((one, other) => one.id.localeCompare(other.id))
      .map(({ id, cells }) => [id, ...cells].map((cell) => cell.replaceAll('|', '\\|')));
    return `\n## ${title}\n\n${aligned([HEAD, ...lines])}\n`;
  });
  return INTRODUCTION + tables.join('');
}

/** As the formatter of this repository would write it. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_name, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const [head, ...rest] = lines.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [head ?? [], rule, ...rest].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
