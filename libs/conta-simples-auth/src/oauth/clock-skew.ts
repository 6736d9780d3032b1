import type { Instant } from '../support/clock.js';
import { httpDate } from './retry-after.js';

/** A `Date` header is cut to the second, so on the average its writer's clock showed half of one more. */
const HALF_SECOND_MS = 500;

/**
 * By how much the server's clock is ahead of ours, milliseconds, true to half a second and half the time the exchange
 * took; `undefined` without a readable `Date`. Nothing is decided by it: lives are counted by our own clocks.
 */
export function clockSkewMs(dateHeader: unknown, sentAt: Instant, receivedAt: Instant): number | undefined {
  if (typeof dateHeader !== 'string') return undefined;
  const stamped = httpDate(dateHeader.trim(), receivedAt.wall);
  if (stamped === undefined) return undefined;
  // The monotonic clock for the way there and back: the wall clock may have been set in between.
  const halfWayMs = (receivedAt.monotonic - sentAt.monotonic) / 2;
  return stamped + HALF_SECOND_MS - (receivedAt.wall - halfWayMs);
}
