import type { Instant } from '../support/clock.js';

/**
 * `Retry-After` in milliseconds from now; `undefined` if absent or unreadable. A date is compared with the answer's own
 * `Date`, so that a wrong clock on this machine does not matter.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMs(header: unknown, dateHeader: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  // The RFC allows digits only. Some servers write fractions and exponents, and they mean seconds as well.
  if (/^\d+(?:\.\d+)?(?:e\d+)?$/i.test(text)) return Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(Number(text) * 1_000));
  const until = httpDate(text, now);
  if (until === undefined) return undefined;
  const from = (typeof dateHeader === 'string' ? httpDate(dateHeader.trim(), now) : undefined) ?? now;
  return Math.max(0, until - from);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const IMF_FIXDATE = /^[a-z]{3}, (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const RFC_850 = /^[a-z]{6,9}, (\d{2})-([a-z]{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const ASCTIME = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/i;

/**
 * The three forms of an HTTP date; `Date.parse` takes far more, and reads some of it in local time. `now` says which
 * century a year of two digits is of.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function httpDate(text: string, now: number): number | undefined {
  const imf = IMF_FIXDATE.exec(text);
  if (imf) return utc(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const asctime = ASCTIME.exec(text);
  if (asctime) return utc(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  const rfc850 = RFC_850.exec(text);
  if (!rfc850) return undefined;
  const inYear = (year: number) => utc(String(year), rfc850[2], rfc850[1], rfc850[4], rfc850[5], rfc850[6]);
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  // The latest year with these two digits that is not more than 50 years ahead.
  const latest = limit.getUTCFullYear() - ((limit.getUTCFullYear() - Number(rfc850[3])) % 100);
  const time = inYear(latest);
  return time !== undefined && time > limit.getTime() ? inYear(latest - 100) : time;
}

type Part = string | undefined;

function utc(year: Part, monthName: Part, day: Part, hour: Part, minute: Part, second: Part): number | undefined {
  const month = MONTHS.indexOf((monthName ?? '').toLowerCase());
  const date = new Date(Date.UTC(Number(year), month, Number(day)));
  // Date.UTC makes 3 March of 31 February, and 1950 of the year 50.
  const exists = date.getUTCMonth() === month && date.getUTCFullYear() === Number(year);
  // A leap second is second 60.
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  return date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000;
}

/** A `Date` header has whole seconds, so its writer's clock was half a second further on average. */
const HALF_SECOND_MS = 500;

/**
 * By how much the server's clock is ahead of this machine's, in milliseconds, accurate to half a second and half the time
 * that the exchange took; `undefined` without a readable `Date`. It is reported only: no lifetime depends on it.
 */
export function clockSkewMs(dateHeader: unknown, sentAt: Instant, receivedAt: Instant): number | undefined {
  if (typeof dateHeader !== 'string') return undefined;
  const stamped = httpDate(dateHeader.trim(), receivedAt.wall);
  if (stamped === undefined) return undefined;
  // The monotonic clock measures the exchange: the wall clock may have been set in between.
  const halfWayMs = (receivedAt.monotonic - sentAt.monotonic) / 2;
  return stamped + HALF_SECOND_MS - (receivedAt.wall - halfWayMs);
}
