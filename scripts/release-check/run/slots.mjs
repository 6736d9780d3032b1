/** Limits concurrent work: durations on an overloaded machine mean nothing. */
export class Slots {
  #free;
  #waiting = [];

  constructor(size) {
    this.#free = size;
  }

  async use(work) {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
