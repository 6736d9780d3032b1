/** Describes the first difference between two texts; `undefined` if they are equal. */
export function firstDifference(reviewed, found) {
  if (reviewed === found) return undefined;
  const [old, now] = [reviewed.split('\n'), found.split('\n')];
  const line = old.findIndex((text, index) => text !== now[index]);
  const at = line === -1 ? old.length : line;
  return `line ${at + 1}:\n  reviewed: ${old[at] ?? '(ends)'}\n  found:    ${now[at] ?? '(ends)'}`;
}
