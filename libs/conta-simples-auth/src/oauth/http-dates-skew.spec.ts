import { describe, expect, it } from '@jest/globals';
import { clockSkewMs } from './http-dates.js';

const NOON = Date.UTC(2026, 0, 5, 12);
const sentAt = { wall: NOON, monotonic: 1_000 };
const receivedAt = { wall: NOON + 200, monotonic: 1_200 };

describe('the skew between two clocks', () => {
  it.each([
    ['Mon, 05 Jan 2026 12:00:00 GMT', 400],
    ['Mon, 05 Jan 2026 13:00:00 GMT', 3_600_400],
    ['Mon, 05 Jan 2026 11:59:00 GMT', -59_600],
    ['  Monday, 05-Jan-26 12:00:00 GMT ', 400],
  ])('by %s is taken against the middle of the exchange', (date, skewMs) => {
    expect(clockSkewMs(date, sentAt, receivedAt)).toBe(skewMs);
  });

  it('counts the exchange by the monotonic clock, in case the wall clock was set meanwhile', () => {
    const stepped = { wall: NOON + 3_600_200, monotonic: 1_200 };
    expect(clockSkewMs('Mon, 05 Jan 2026 13:00:00 GMT', sentAt, stepped)).toBe(400);
  });

  it.each([undefined, 42, '', 'yesterday', ['Mon, 05 Jan 2026 12:00:00 GMT']])('is unknown by %p', (date) => {
    expect(clockSkewMs(date, sentAt, receivedAt)).toBeUndefined();
  });
});
