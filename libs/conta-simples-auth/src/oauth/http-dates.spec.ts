import { describe, expect, it } from '@jest/globals';
import { httpDate, retryAfterMs } from './http-dates.js';

const NOW = Date.UTC(2026, 0, 5, 12);
const MOMENT = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('httpDate', () => {
  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT', MOMENT],
    ['rfc850', 'Sunday, 06-Nov-94 08:49:37 GMT', MOMENT],
    ['asctime', 'Sun Nov  6 08:49:37 1994', MOMENT],
    ['asctime of a day with two digits', 'Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    ['a leap day', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['a leap second', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ])('reads %s', (_form, text, expected) => {
    expect(httpDate(text, NOW)).toBe(expected);
  });

  it.each('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ').map((name, month) => [month, name] as const))(
    'knows month %i by the name of %s',
    (month, name) => {
      expect(httpDate(`Sun, 06 ${name} 1994 08:49:37 GMT`, NOW)).toBe(Date.UTC(1994, month, 6, 8, 49, 37));
    },
  );

  it('reads the longest name of a day', () => {
    expect(httpDate('Wednesday, 16-Nov-94 08:49:37 GMT', NOW)).toBe(Date.UTC(1994, 10, 16, 8, 49, 37));
  });

  it.each([
    ['this century', '27', 2027],
    ['50 years ahead', '75', 2075],
    ['more than 50 years ahead, which is past', '77', 1977],
    ['the end of last century', '99', 1999],
  ])('takes a year of two digits for %s', (_what, year, expected) => {
    expect(httpDate(`Monday, 06-Nov-${year} 08:49:37 GMT`, NOW)).toBe(Date.UTC(expected, 10, 6, 8, 49, 37));
  });

  it('counts the 50 years to the second', () => {
    expect(httpDate('Sunday, 05-Jan-76 12:00:00 GMT', NOW)).toBe(Date.UTC(2076, 0, 5, 12));
    expect(httpDate('Sunday, 05-Jan-76 12:00:01 GMT', NOW)).toBe(Date.UTC(1976, 0, 5, 12, 0, 1));
  });

  it('takes a year of two digits for the next century where that is nearer', () => {
    expect(httpDate('Monday, 01-Jan-01 00:00:00 GMT', Date.UTC(2099, 11, 31))).toBe(Date.UTC(2101, 0, 1));
  });

  it.each([
    ['31 February', 'Sun, 31 Feb 2026 08:49:37 GMT'],
    ['29 February of a common year', 'Sun, 29 Feb 2026 08:49:37 GMT'],
    ['31 February in rfc850', 'Sunday, 31-Feb-26 08:49:37 GMT'],
    ['31 February in asctime', 'Sun Feb 31 08:49:37 2026'],
    ['day 0', 'Sun, 00 Nov 1994 08:49:37 GMT'],
    ['day 32', 'Sun, 32 Dec 1994 08:49:37 GMT'],
    ['hour 24', 'Sun, 06 Nov 1994 24:00:00 GMT'],
    ['hour 25', 'Sun, 06 Nov 1994 25:49:37 GMT'],
    ['minute 60', 'Sun, 06 Nov 1994 08:60:37 GMT'],
    ['second 61', 'Sun, 06 Nov 1994 08:49:61 GMT'],
    ['an unknown month', 'Sun, 06 Foo 1994 08:49:37 GMT'],
    ['the year 50, which Date.UTC takes for 1950', 'Sun, 06 Nov 0050 08:49:37 GMT'],
    ['another zone', 'Sun, 06 Nov 1994 08:49:37 -0300'],
    ['no zone', 'Sun, 06 Nov 1994 08:49:37'],
    ['ISO 8601', '1994-11-06T08:49:37Z'],
    ['a text before', 'x Sun, 06 Nov 1994 08:49:37 GMT'],
    ['a text before, in rfc850', 'x Sunday, 06-Nov-94 08:49:37 GMT'],
    ['a text before, in asctime', 'x Sun Nov  6 08:49:37 1994'],
    ['a text after', 'Sun, 06 Nov 1994 08:49:37 GMT+1'],
    ['a text after, in rfc850', 'Sunday, 06-Nov-94 08:49:37 GMT+1'],
    ['a text after, in asctime', 'Sun Nov  6 08:49:37 1994 x'],
    ['a weekday of four letters', 'Sund, 06 Nov 1994 08:49:37 GMT'],
    ['a weekday of four letters in asctime', 'Sund Nov  6 08:49:37 1994'],
    ['a weekday of five letters in rfc850', 'Sunda, 06-Nov-94 08:49:37 GMT'],
    ['a weekday of ten letters in rfc850', 'Wednesdays, 06-Nov-94 08:49:37 GMT'],
    ['a day of three digits', 'Sun, 006 Nov 1994 08:49:37 GMT'],
    ['a day of three digits in rfc850', 'Sunday, 006-Nov-94 08:49:37 GMT'],
    ['an hour of three digits', 'Sun, 06 Nov 1994 008:49:37 GMT'],
    ['an hour of three digits in rfc850', 'Sunday, 06-Nov-94 008:49:37 GMT'],
    ['an hour of three digits in asctime', 'Sun Nov  6 008:49:37 1994'],
    ['a minute of three digits', 'Sun, 06 Nov 1994 08:049:37 GMT'],
    ['a minute of three digits in rfc850', 'Sunday, 06-Nov-94 08:049:37 GMT'],
    ['a minute of three digits in asctime', 'Sun Nov  6 08:049:37 1994'],
    ['a second of three digits', 'Sun, 06 Nov 1994 08:49:037 GMT'],
    ['a second of three digits in rfc850', 'Sunday, 06-Nov-94 08:49:037 GMT'],
    ['a second of three digits in asctime', 'Sun Nov  6 08:49:037 1994'],
    ['a year of five digits', 'Sun, 06 Nov 01994 08:49:37 GMT'],
    ['a year of four digits in rfc850', 'Sunday, 06-Nov-1994 08:49:37 GMT'],
    ['a year of five digits in asctime', 'Sun Nov  6 08:49:37 01994'],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(httpDate(text, NOW)).toBeUndefined();
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['7', 7_000],
    ['0', 0],
    [' 7\t', 7_000],
    ['007', 7_000],
    ['86400', 86_400_000],
    ['0.5', 500],
    ['1.25', 1_250],
    ['0.0001', 1],
    ['1E2', 100_000],
    ['100000000000000', Number.MAX_SAFE_INTEGER],
    ['1e14', Number.MAX_SAFE_INTEGER],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ])('reads %p seconds', (header, expected) => {
    expect(retryAfterMs(header, undefined, NOW)).toBe(expected);
  });

  it.each([
    ['absent', undefined],
    ['null', null],
    ['a number', 7],
    ['repeated', ['7', '8']],
    ['empty', ''],
    ['whitespace', '   '],
    ['negative', '-7'],
    ['signed', '+7'],
    ['hexadecimal', '0x10'],
    ['with a unit', '7s'],
    ['a dot without a fraction', '7.'],
    ['an exponent without a number', '7e'],
    ['two values', '7, 8'],
    ['nonsense', 'soon'],
    ['digits of another script', '\u0667'],
    ['an impossible date', 'Sun, 31 Feb 2026 08:49:37 GMT'],
  ])('is undefined where it is %s', (_what, header) => {
    expect(retryAfterMs(header, undefined, NOW)).toBeUndefined();
  });

  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:44 GMT'],
    ['rfc850', 'Sunday, 06-Nov-94 08:49:44 GMT'],
    ['asctime', 'Sun Nov  6 08:49:44 1994'],
  ])("measures %s from the answer's own Date, not from the local clock", (_form, header) => {
    expect(retryAfterMs(header, 'Sun, 06 Nov 1994 08:49:37 GMT', NOW)).toBe(7_000);
  });

  it("takes the answer's Date with spaces around it", () => {
    const date = ' Sun, 06 Nov 1994 08:49:37 GMT ';
    expect(retryAfterMs('Sun, 06 Nov 1994 08:49:44 GMT', date, NOW)).toBe(7_000);
  });

  it.each([
    ['absent', undefined],
    ['unreadable', 'today'],
  ])('measures from the local clock where Date is %s', (_what, date) => {
    expect(retryAfterMs('Mon, 05 Jan 2026 12:00:07 GMT', date, NOW)).toBe(7_000);
  });

  it('is 0 for a date that has passed', () => {
    expect(retryAfterMs('Mon, 05 Jan 2026 11:59:00 GMT', undefined, NOW)).toBe(0);
  });
});
