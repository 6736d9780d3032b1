/**
 * A table in Markdown that is also readable in a terminal. The first columns are text; the others are numbers, aligned to
 * the right.
 *
 * @param {readonly string[]} columns
 * @param {readonly (readonly string[])[]} rows
 * @param {number} textColumns
 */
export function markdownTable(columns, rows, textColumns = 1) {
  const all = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(3, ...all.map((row) => [...row[column]].length)));
  const pad = (text, column) => {
    const blanks = ' '.repeat(widths[column] - [...text].length);
    return column < textColumns ? text + blanks : blanks + text;
  };
  const line = (row) => `| ${row.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (column < textColumns ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(columns), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
