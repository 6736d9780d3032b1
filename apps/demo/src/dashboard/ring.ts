/** The last `capacity` items. */
export class Ring<T> {
  #items: T[] = [];

  constructor(readonly capacity: number) {}

  push(item: T): void {
    this.#items.push(item);
    // Cuts half of the items at once: moving all items for each new one would be slow.
    if (this.#items.length >= 2 * this.capacity) this.#items = this.#items.slice(-this.capacity);
  }

  /** Oldest first. */
  toArray(): T[] {
    return this.#items.slice(-this.capacity);
  }
}
