/**
 * `Retry-After` in milliseconds from now; `undefined` if absent or unreadable. Dates are taken against the answer's own
 * `Date`, so that a clock of ours that is off does not matter.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMs(header: unknown, dateHeader: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d{1,20}$/.test(text)) return Number(text) * 1_000;
  const until = httpDate(text);
  if (until === undefined) return undefined;
  const from = (typeof dateHeader === 'string' ? httpDate(dateHeader.trim()) : undefined) ?? now;
  return Math.max(0, until - from);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const IMF_FIXDATE = /^[a-z]{3}, (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const RFC_850 = /^[a-z]{6,9}, (\d{2})-([a-z]{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const ASCTIME = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/i;

/**
 * The three forms of an HTTP date; `Date.parse` takes far more, and reads some of it in local time.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function httpDate(text: string): number | undefined {
  const imf = IMF_FIXDATE.exec(text);
  if (imf) return utc(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const rfc850 = RFC_850.exec(text);
  if (rfc850) return utc(`20${rfc850[3]}`, rfc850[2], rfc850[1], rfc850[4], rfc850[5], rfc850[6]);
  const asctime = ASCTIME.exec(text);
  if (asctime) return utc(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  return undefined;
}

type Part = string | undefined;

function utc(year: Part, monthName: Part, day: Part, hour: Part, minute: Part, second: Part): number | undefined {
  const month = MONTHS.indexOf((monthName ?? '').toLowerCase());
  const time = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  return month < 0 || Number.isNaN(time) ? undefined : time;
}
