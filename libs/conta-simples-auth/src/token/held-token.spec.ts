import { describe, expect, it } from '@jest/globals';
import { HeldToken } from './held-token.js';

/** A token whose request left 200 ms ago, when 10,000 ms of the lifetime clock had passed. */
const SENT_AT = { wall: 1_000_000, monotonic: 500 };
const at = (elapsed: number) => ({ wall: 990_000 + elapsed, monotonic: elapsed - 9_500, elapsed });
const held = new HeldToken(
  { value: 'abc.def', lifetimeMs: 60_000, sentAt: SENT_AT },
  { refreshAfterMs: 50_000, serveForMs: 58_000 },
  at(10_200),
  { isReplacement: false },
);

describe('a held token', () => {
  it('knows its lifetime, and that it was not obtained because of a 401', () => {
    expect(held).toMatchObject({ isAccepted: false, replacement: undefined });
    expect(held.token).toMatchObject({ value: 'abc.def', obtainedAt: 1_000_000, expiresAt: 1_060_000 });
  });

  it.each([
    [10_200, true, 57_800],
    [67_999, true, 1],
    [68_000, false, 0],
    [70_000, false, 0],
  ])('is served up to its limit, counted from its request: at %i', (elapsed, isServable, servableMs) => {
    expect(held.isServable(at(elapsed))).toBe(isServable);
    expect(held.servableMs(at(elapsed))).toBe(servableMs);
  });

  it.each([
    [10_200, false, 49_800],
    [59_999, false, 1],
    [60_000, true, 0],
    [61_000, true, 0],
  ])('is due for renewal from its time on, counted from its request: at %i', (elapsed, isDue, dueInMs) => {
    expect(held.isDue(at(elapsed))).toBe(isDue);
    expect(held.dueInMs(at(elapsed))).toBe(dueInMs);
  });
});
