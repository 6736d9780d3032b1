/** A Map copies all its entries when it grows: this many take about 2 ms. */
const ENTRIES_PER_MAP = 16_384;

/**
 * A map by account name that never blocks the event loop to grow, whatever its size: one Map for a small number of entries,
 * several where more are expected.
 */
export class NameMap<T> {
  readonly #maps: readonly Map<string, T>[];

  constructor(expected: number) {
    const count = 2 ** Math.ceil(Math.log2(Math.max(1, expected / ENTRIES_PER_MAP)));
    this.#maps = Array.from({ length: count }, () => new Map<string, T>());
  }

  get(name: string): T | undefined {
    return this.#mapOf(name)?.get(name);
  }

  set(name: string, value: T): void {
    this.#mapOf(name)?.set(name, value);
  }

  delete(name: string): void {
    this.#mapOf(name)?.delete(name);
  }

  *values(): IterableIterator<T> {
    for (const map of this.#maps) yield* map.values();
  }

  #mapOf(name: string): Map<string, T> | undefined {
    const { length } = this.#maps;
    return this.#maps[length === 1 ? 0 : hash(name) & (length - 1)];
  }
}

/** FNV-1a: names that differ in one character are spread evenly. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) value = Math.imul(value ^ name.charCodeAt(at), 0x01000193);
  return value ^ (value >>> 15);
}
