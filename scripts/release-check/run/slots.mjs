/** At most so many heavy things at once: a machine that thrashes says nothing about how long anything takes. */
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
