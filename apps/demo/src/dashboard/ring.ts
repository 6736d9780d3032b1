/** The last `capacity` items. */
export class Ring<T> {
  #items: T[] = [];

  constructor(readonly capacity: number) {}

  push(item: T): void {
    this.#items.push(item);
    // Cut in halves and not one by one: moving all items for each new one is what a ring is there to avoid.
    if (this.#items.length >= 2 * this.capacity) this.#items = this.#items.slice(-this.capacity);
  }

  /** Oldest first. */
  toArray(): T[] {
    return this.#items.slice(-this.capacity);
  }
}
