/**
 * Gives `target` what `source` has and it has not, as `{ ...source, ...target }` would: that takes ten times as long
 * where the shape of `source` is not always the same, and is then the dearest part of guarding a call.
 */
export function withRest<T extends object>(target: T, source: object): T {
  const copy = target as Record<string, unknown>;
  for (const [name, value] of Object.entries(source)) {
    if (!Object.hasOwn(copy, name) && name !== '__proto__') copy[name] = value;
  }
  return target;
}
