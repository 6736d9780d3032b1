import { inspect } from 'node:util';

const unprintable = new WeakSet<object>();

/**
 * Has an object print as its name alone, and not at all as JSON, wherever it is come across; nothing else of it changes.
 * `false` for what does not allow that.
 */
export function isUnprintable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (unprintable.has(value)) return true;
  const name = `[${value.constructor?.name ?? 'Object'}]`;
  const hidden = (print: () => string | undefined) => ({ value: print, configurable: true, writable: true });
  try {
    Object.defineProperties(value, { toJSON: hidden(() => undefined), [inspect.custom]: hidden(() => name) });
  } catch {
    return false;
  }
  unprintable.add(value);
  return true;
}
