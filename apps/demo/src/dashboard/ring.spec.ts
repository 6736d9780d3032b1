import { describe, expect, it } from '@jest/globals';
import { Ring } from './ring.js';

describe('a ring', () => {
  it('keeps the last items in order, however many come', () => {
    const ring = new Ring<number>(3);
    expect(ring.toArray()).toEqual([]);
    for (let item = 1; item <= 10_000; item++) {
      ring.push(item);
      const first = Math.max(1, item - 2);
      expect(ring.toArray()).toEqual(Array.from({ length: item - first + 1 }, (_unused, index) => first + index));
    }
  });
});
