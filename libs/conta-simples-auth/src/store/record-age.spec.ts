import { describe, expect, it } from '@jest/globals';
import { ageOf, toleranceMs } from './record-age.js';

const now = 1_700_000_000_000;
const record = { leftMs: 1_800_000, writtenAt: now, now, ttlMs: 1_800_000, toleranceMs: 30_000 };

describe('what is left of a record', () => {
  it.each([
    ['both ages agree', { writtenAt: now - 60_000, ttlMs: 1_740_000 }, 1_740_000, false],
    ['the store says less', { ttlMs: 600_000 }, 600_000, false],
    ['the store says more', { ttlMs: 86_400_000 }, 1_800_000, false],
    ['the store carried the write out late', { writtenAt: now - 20_000 }, 1_780_000, false],
    ['it was carried out so late that clocks may differ', { writtenAt: now - 31_000 }, 1_769_000, true],
    ['the store does not know', { writtenAt: now - 60_000, ttlMs: undefined }, 1_740_000, false],
    ['the key never ends', { writtenAt: now - 60_000, ttlMs: Number.POSITIVE_INFINITY }, 1_740_000, false],
    ['its time of writing is unknown', { writtenAt: undefined, ttlMs: 1_000 }, 1_000, false],
    ['both are unknown', { writtenAt: undefined, ttlMs: undefined }, 1_800_000, false],
    ['the clock of the reader is behind a little', { writtenAt: now + 30_000 }, 1_800_000, false],
    ['the clock of the reader is behind by more', { writtenAt: now + 30_001 }, 0, true],
    ['it ended long ago', { writtenAt: now - 1_800_000 }, 0, true],
  ])('where %s', (_what, change, leftMs, isDoubtful) => {
    expect(ageOf({ ...record, ...change })).toEqual({ leftMs, isDoubtful });
  });
});

it('clocks may differ by a second at least and by half a minute at most', () => {
  expect([100, 5_000, 36_000].map(toleranceMs)).toEqual([1_000, 5_000, 30_000]);
});
