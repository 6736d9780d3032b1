import { createCipheriv, createHash } from 'node:crypto';

const BLOCK_BYTES = 4096;

/** Pseudo-random numbers, the same for the same seed on every machine: the key stream of AES in counter mode. */
export class SeededRandom {
  readonly #stream;
  #block = Buffer.alloc(0);
  #offset = 0;

  constructor(seed: string) {
    const key = createHash('sha256').update(seed).digest();
    this.#stream = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  }

  /** At least 0, below 1. */
  next(): number {
    if (this.#offset >= this.#block.length) {
      this.#block = this.#stream.update(Buffer.alloc(BLOCK_BYTES));
      this.#offset = 0;
    }
    const value = this.#block.readUInt32LE(this.#offset);
    this.#offset += 4;
    return value / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number, both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** An amount with cents; low amounts are more frequent, as in card spending. */
  amount(from: number, to: number): number {
    return Math.round((from + (to - from) * this.next() ** 2) * 100) / 100;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.integer(0, choices.length - 1)] ?? choices[0];
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.integer(0, 15).toString(16)).join('');
  }
}
