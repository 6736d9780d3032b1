/** Where two texts part, told in the reader's terms; nothing if they are the same. */
export function firstDifference(reviewed, found) {
  if (reviewed === found) return undefined;
  const [old, now] = [reviewed.split('\n'), found.split('\n')];
  const line = old.findIndex((text, index) => text !== now[index]);
  const at = line === -1 ? old.length : line;
  return `line ${at + 1}:\n  reviewed: ${old[at] ?? '(ends)'}\n  found:    ${now[at] ?? '(ends)'}`;
}
