// A failure prints its seed and path: test/properties/property.ts says how to run it again.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { httpDate, retryAfterMs } from '../../libs/conta-simples-auth/src/oauth/http-dates.js';
import * as answers from '../../libs/conta-simples-auth/src/oauth/token-answer.js';
import { sharesRun } from '../../libs/conta-simples-auth/src/support/shares-run.js';
import { anyHeader, anyText, instant } from './arbitraries.js';
import { forAll } from './property.js';

const requestId = (headers: Record<string, unknown>, text: string | undefined, isSecret: (text: string) => boolean) =>
  answers.requestId(headers, text === undefined ? undefined : answers.parseObject(text), isSecret);

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The three forms of a moment, written without any help of the code under test. */
const FORMS = {
  'IMF-fixdate': (moment: number) => new Date(moment).toUTCString(),
  rfc850: (moment: number) => {
    const [, day, month, year, time] = new Date(moment).toUTCString().split(' ');
    return `${DAYS[new Date(moment).getUTCDay()]}, ${day}-${month}-${year?.slice(2)} ${time} GMT`;
  },
  asctime: (moment: number) => {
    const [weekday, day, month, year, time] = new Date(moment).toUTCString().split(' ');
    return `${weekday?.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
  },
};
const form = fc.constantFrom(...Object.values(FORMS));

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const month = fc.constantFrom('Jan', 'FEB', 'dec', 'Foo', '');
/** Texts that look like a date, nearly all of them impossible. */
const nearlyDate = fc
  .tuple(digits(2), month, digits(4), digits(2), digits(2), digits(2))
  .chain(([day, name, year, hour, minute, second]) =>
    fc.constantFrom(
      `Sun, ${day} ${name} ${year} ${hour}:${minute}:${second} GMT`,
      `Sunday, ${day}-${name}-${year.slice(2)} ${hour}:${minute}:${second} GMT`,
      `Sun ${name} ${day} ${hour}:${minute}:${second} ${year}`,
    ),
  );
const nearlyNumber = fc.stringMatching(/^[-+ ]?[0-9]{0,20}\.?[0-9]{0,5}([eE][-+]?[0-9]{0,4})?$/);
/** Further than any date reaches, on both sides. */
const anyClock = fc.oneof(
  instant,
  fc.integer({ min: -9e15, max: 9e15 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

describe.each(Object.entries(FORMS))('a moment written as %s', (_name, write) => {
  it('is read back to the second', () => {
    forAll([instant, fc.integer({ min: -49 * 365, max: 49 * 365 })], (now, days) => {
      const moment = now + days * 86_400_000;
      expect(httpDate(write(moment), now)).toBe(moment);
    });
  });
});

describe('a four-digit year', () => {
  it('is read back at any time of our clock', () => {
    const years = fc.integer({ min: Date.UTC(1000, 0, 1) / 1_000, max: Date.UTC(9999, 11, 31) / 1_000 });
    forAll([years, fc.constantFrom(FORMS['IMF-fixdate'], FORMS.asctime), anyClock], (seconds, write, now) => {
      expect(httpDate(write(seconds * 1_000), now)).toBe(seconds * 1_000);
    });
  });
});

describe('any text, taken for a date', () => {
  it('is a finite moment or none', () => {
    forAll([fc.oneof(anyText, nearlyDate), anyClock], (text, now) => {
      const moment = httpDate(text, now);
      expect(moment === undefined || Number.isFinite(moment)).toBe(true);
    });
  });

  it('is no moment that says something else than the text: no 31 February, no hour 24', () => {
    forAll([nearlyDate, instant], (text, now) => {
      const moment = httpDate(text, now);
      // A leap second is written as the second after it.
      const forms = moment === undefined ? [text] : Object.values(FORMS).map((write) => write(moment));
      const words = (date: string) =>
        date
          .toLowerCase()
          .replace(/^\w+,? /, '')
          .replace(/\b0/g, ' ')
          .replace(/ +/g, ' ');
      expect(/:60\b/.test(text) || forms.map(words).includes(words(text))).toBe(true);
    });
  });
});

describe('any Retry-After', () => {
  it('is a finite wait of 0 or more, or none, for any value of it and of Date', () => {
    const header = fc.oneof(anyHeader, nearlyNumber, nearlyDate);
    forAll([header, fc.oneof(anyHeader, nearlyDate), anyClock], (given, date, now) => {
      const wait = retryAfterMs(given, date, now);
      expect(wait === undefined || (Number.isFinite(wait) && wait >= 0)).toBe(true);
    });
  });

  it('in seconds is that many, up to the largest whole number', () => {
    forAll([fc.bigInt({ min: 0n, max: 10n ** 30n }), anyHeader, anyClock], (seconds, date, now) => {
      const wait = retryAfterMs(String(seconds), date, now);
      expect(wait).toBe(Math.min(Number.MAX_SAFE_INTEGER, Number(seconds) * 1_000));
    });
  });

  it('as a date is the time from Date to it, in every form of the two, and at any time of our clock', () => {
    const wait = fc.integer({ min: 0, max: 10 * 365 * 86_400 });
    forAll([instant, wait, form, form, fc.integer({ min: -86_400_000, max: 86_400_000 })], (...given) => {
      const [date, seconds, writeDate, writeUntil, skew] = given;
      const until = date + seconds * 1_000;
      expect(retryAfterMs(writeUntil(until), writeDate(date), date + skew)).toBe(seconds * 1_000);
    });
  });
});

const wellFormed = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const SECRET = 'canary-secret-0123456789';
const isSecret = (text: string) => sharesRun(text, SECRET);

const around = fc.stringMatching(/^\w{0,9}$/);
/** An id that holds 12 characters in a row of some secret. */
const holding = (secret: string, [before, at, after]: [string, number, string]) => {
  const start = at % (secret.length - 11);
  return `${before}${secret.slice(start, start + 12)}${after}`;
};
const piece = fc.tuple(around, fc.nat(), around);

describe('a request id', () => {
  it('is at most 64 letters, digits, hyphens and underscores that the server sent, or none', () => {
    const body = fc.oneof(
      anyText,
      fc.json(),
      fc.record({ requestId: fc.jsonValue({ maxDepth: 2 }) }).map((it) => JSON.stringify(it)),
    );
    forAll([anyHeader, fc.option(body, { nil: undefined })], (header, text) => {
      const id = requestId({ 'x-request-id': header }, text, isSecret);
      expect(id === undefined || (/^[\w-]{1,64}$/.test(id) && (id === header || text?.includes(id)))).toBe(true);
    });
  });

  it('is the one of the header where that is well formed', () => {
    forAll([wellFormed, fc.oneof(anyText, fc.json())], (id, body) => {
      expect(requestId({ 'x-request-id': id }, body, () => false)).toBe(id);
    });
  });

  it('is the one of the body where the header has none that is', () => {
    forAll([wellFormed, fc.stringMatching(/^[\w-]*[^\w-][\w-]*$/)], (id, header) => {
      expect(requestId({ 'x-request-id': header }, JSON.stringify({ requestId: id }), () => false)).toBe(id);
    });
  });

  it('is never one that repeats 12 characters of a secret', () => {
    forAll([piece, piece], (inHeader, inBody) => {
      const body = JSON.stringify({ requestId: holding(SECRET, inBody) });
      expect(requestId({ 'x-request-id': holding(SECRET, inHeader) }, body, isSecret)).toBeUndefined();
    });
  });

  it('is never one that repeats 12 characters of the token beside it', () => {
    forAll([fc.stringMatching(/^[\w-]{12,40}$/), piece], (access_token, inId) => {
      const id = holding(access_token, inId);
      const body = JSON.stringify({ access_token, requestId: id });
      expect(requestId({ 'x-request-id': id }, body, () => false)).toBeUndefined();
    });
  });
});
