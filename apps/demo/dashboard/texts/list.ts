/** `a, b and c`, as the language has it. */
export function list(language: string, items: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(items);
}
