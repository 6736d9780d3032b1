/**
 * `Retry-After` in milliseconds from now; `undefined` if absent or unreadable. Dates are taken against the answer's own
 * `Date`, so that a clock of ours that is off does not matter.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMs(header: unknown, dateHeader: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  // The RFC has digits alone. Fractions and exponents are met as well, and a server that says it with them means it too.
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
