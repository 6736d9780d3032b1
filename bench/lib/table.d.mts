export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns?: number,
): string;
