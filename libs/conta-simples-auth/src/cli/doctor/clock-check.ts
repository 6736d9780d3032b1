import { type Check, ok, skip, warn } from './check.js';
import { duration } from './duration.js';

/** A clock that is off by more is no longer the fault of the way there and back. */
const TOLERANCE_MS = 30_000;
/** A `Date` header has whole seconds. */
const RESOLUTION_MS = 1_000;

/** `skewMs` is by how much the server's clock is ahead of ours. */
export function checkClock(skewMs: number | undefined): Check {
  if (skewMs === undefined) return skip('clock', 'no answer had a Date to compare with');
  const off = Math.abs(skewMs);
  if (off <= RESOLUTION_MS) return ok('clock', "this machine's clock agrees with the server's, to a second");
  const message = `this machine's clock is ${duration(off)} ${skewMs > 0 ? 'behind' : 'ahead of'} the server's`;
  if (off <= TOLERANCE_MS) return ok('clock', message);
  const remedy =
    'Set it, by NTP: tokens are counted by its speed and do not mind, but certificates, logs and dates do.';
  return warn('clock', message, remedy);
}
