/** Entries at the front that are no longer needed are removed this many at a time. */
const COMPACT_AT = 1_024;

/** First in, first out. Each operation takes constant time on average; entries that have left are skipped. */
export class WaitingLine<T extends { readonly hasLeft: boolean }> {
  #waiting: T[] = [];
  #head = 0;

  push(waiting: T): void {
    this.#waiting.push(waiting);
  }

  get first(): T | undefined {
    while (this.#waiting[this.#head]?.hasLeft) this.#dropHead();
    return this.#waiting[this.#head];
  }

  shift(): T | undefined {
    const first = this.first;
    if (first !== undefined) this.#dropHead();
    return first;
  }

  #dropHead(): void {
    this.#head++;
    const isEmpty = this.#head === this.#waiting.length;
    if (!isEmpty && (this.#head < COMPACT_AT || this.#head * 2 < this.#waiting.length)) return;
    this.#waiting = isEmpty ? [] : this.#waiting.slice(this.#head);
    this.#head = 0;
  }
}
