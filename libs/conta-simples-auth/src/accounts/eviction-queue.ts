/** What is queued, with the place that the queue gives it. */
export interface Evictable {
  /** The lower, the sooner it is evicted. */
  score: number;
  /** Its index in the queue; -1 while it is not in it. */
  at: number;
}

/** A binary heap, lowest score first. An entry can be removed, or be given another score, wherever it stands. */
export class EvictionQueue<T extends Evictable> {
  readonly #heap: T[] = [];

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(entry: T): void {
    this.#place(entry, this.#heap.length);
    this.#rise(entry);
  }

  delete(entry: T): void {
    const { at } = entry;
    if (at < 0) return;
    const last = this.#heap.pop();
    entry.at = -1;
    if (last === undefined || last === entry) return;
    this.#place(last, at);
    this.rescore(last, last.score);
  }

  rescore(entry: T, score: number): void {
    entry.score = score;
    this.#rise(entry);
    this.#sink(entry);
  }

  #rise(entry: T): void {
    for (let at = entry.at; at > 0; ) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.score <= entry.score) return;
      this.#place(parent, at);
      this.#place(entry, above);
      at = above;
    }
  }

  #sink(entry: T): void {
    for (let at = entry.at; ; ) {
      const left = this.#heap[2 * at + 1];
      const right = this.#heap[2 * at + 2];
      const child = right !== undefined && left !== undefined && right.score < left.score ? right : left;
      if (child === undefined || child.score >= entry.score) return;
      const below = child.at;
      this.#place(child, at);
      this.#place(entry, below);
      at = below;
    }
  }

  #place(entry: T, at: number): void {
    this.#heap[at] = entry;
    entry.at = at;
  }
}
