// A failure prints its seed and path: test/properties/property.ts says how to run it again.
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import fc from 'fast-check';
import {
  jwtLifetimeMs,
  parseObject,
  type RawAnswer,
  readAnswer,
  readTokenBody,
} from '../../libs/conta-simples-auth/src/oauth/token-answer.js';
import { MAX_BODY_BYTES, receiveBody } from '../../libs/conta-simples-auth/src/oauth/token-endpoint.js';
import {
  anyHeader,
  anyNumberOrNot,
  anyText,
  anyToken,
  encode,
  instant,
  lifeSeconds,
  MAX_LIFE_MS,
  visibleAscii,
} from './arbitraries.js';
import { forAll, forAllAsync } from './property.js';

const SENT_AT = { wall: 1_000, monotonic: 50 };

const REASONS = [
  'is not a JSON object',
  'has no access_token',
  'has an access_token of more than 8 KB',
  'has an access_token with characters that no header may carry',
  'has no token_type (see the option allowMissingTokenType)',
  'has a token_type other than Bearer',
  'has an expires_in of zero or less',
];
/** Everything that a failure can say. */
const WORDS = new RegExp(
  [
    '^The token endpoint(?: https://api\\.example/token)? answered \\d{3}(?: with an HTML page)?$',
    '^Something in front of the token endpoint https://api\\.example/token answered 40[01] with (?:an HTML|a) page, ',
    '^The token endpoint answered with status 2\\d{2} instead of 200$',
    '^The answer of the token endpoint at api\\.example:443 broke off$',
    '^The answer (?:is longer than 64 KiB|is not UTF-8|is compressed, though it was asked not to be)$',
    `^The answer (?:${REASONS.join('|').replace(/[()]/g, '\\$&')}) \\(\\d+ bytes of (?:a|no) declared type\\)$`,
  ].join('|'),
);

/** No text of ours has it: wherever it turns up, a server's text has got through. */
const MARK = 'ZQX';
const mark = (text: string, at: number) =>
  text.slice(0, at % (text.length + 1)) + MARK + text.slice(at % (text.length + 1));
const marked = fc.tuple(anyText, fc.nat()).map(([text, at]) => mark(text, at));

const opaque = fc.array(visibleAscii, { minLength: 1, maxLength: 40 }).map((characters) => characters.join(''));
/** A value where another was expected. */
const odd = fc.oneof(fc.jsonValue({ maxDepth: 1 }), marked);

/** A body with the fields of a token answer, each of them anything, sound or not. */
const answerBody = fc
  .record(
    {
      access_token: fc.oneof({ arbitrary: opaque, weight: 4 }, anyToken, marked, odd),
      token_type: fc.oneof(
        { arbitrary: fc.constantFrom('Bearer', 'bearer', undefined), weight: 4 },
        fc.constant('DPoP'),
        odd,
      ),
      expires_in: fc.oneof({ arbitrary: fc.constantFrom(1_800, '60', 31_622_400), weight: 3 }, anyNumberOrNot, odd),
      scope: odd,
      error: fc.oneof({ arbitrary: fc.constantFrom('', undefined), weight: 4 }, fc.constant('invalid_request'), odd),
      requestId: fc.oneof(fc.stringMatching(/^[\w-]{1,70}$/), odd),
      message: marked,
    },
    { requiredKeys: ['access_token', 'token_type'] },
  )
  .map((body) => JSON.stringify(body));
/** The same in transit: cut off, or with something put into it. */
const spoiltBody = fc
  .tuple(answerBody, fc.nat(), anyText, fc.boolean())
  .map(
    ([body, at, text, isCut]) => body.slice(0, at % body.length) + text + (isCut ? '' : body.slice(at % body.length)),
  );
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('utf8'));
const arbitraryBody = fc.oneof({ arbitrary: answerBody, weight: 4 }, spoiltBody, fc.json(), bytes, marked);

const anyAnswer: fc.Arbitrary<RawAnswer> = fc.record({
  status: fc.oneof(fc.constant(200), fc.constantFrom(400, 401, 403, 429, 503), fc.integer({ min: 100, max: 599 })),
  headers: fc.record(
    {
      'content-type': fc.oneof(fc.constantFrom('application/json', 'text/html'), marked, anyHeader),
      'content-encoding': fc.oneof({ arbitrary: fc.constant('identity'), weight: 4 }, fc.constant('gzip'), marked),
      'retry-after': fc.oneof(fc.constantFrom('7', '1e14'), marked, anyHeader),
      'x-request-id': fc.oneof(fc.stringMatching(/^[\w-]{1,70}$/), marked, anyHeader),
      date: fc.oneof(fc.constant('Sun, 06 Nov 1994 08:49:37 GMT'), marked, anyHeader),
      location: marked,
      'www-authenticate': marked,
    },
    { requiredKeys: [] },
  ),
  body: fc.oneof(
    {
      arbitrary: arbitraryBody.map((text) => ({ ok: true as const, text, bytes: Buffer.byteLength(text) })),
      weight: 5,
    },
    fc.constantFrom('too_large', 'broken_off', 'not_utf8').map((reason) => ({ ok: false as const, reason })),
  ),
  sentAt: fc.constant(SENT_AT),
});

function read(answer: RawAnswer, allowMissingTokenType = true) {
  const warnings: string[] = [];
  const warn = (what: string) => warnings.push(what);
  const address = { host: 'api.example:443', url: 'https://api.example/token' };
  const reading = { clock: new FakeClock(), address, allowMissingTokenType, warn, isSecret: () => false };
  const outcome = readAnswer(answer, reading);
  return { outcome, warnings };
}

describe('any bytes', () => {
  it('are read as the text they are, or told to be none', async () => {
    const chunks = fc.array(
      fc.oneof(
        fc.uint8Array(),
        anyText.map((text) => Buffer.from(text)),
      ),
      { maxLength: 4 },
    );
    await forAllAsync([chunks], async (given) => {
      const body = await receiveBody(Readable.from(given.map((chunk) => Buffer.from(chunk))));
      const all = Buffer.concat(given);
      const isText = isUtf8(all);
      const text = all.toString('utf8').replace(/^\ufeff/, '');
      expect(body).toEqual(isText ? { ok: true, text, bytes: all.length } : { ok: false, reason: 'not_utf8' });
    });
  });
});

describe('any answer of a token endpoint', () => {
  it('is a token or a failure, and never an exception', () => {
    forAll([anyAnswer, fc.boolean()], (answer, allowMissingTokenType) => {
      const { outcome } = read(answer, allowMissingTokenType);
      expect(outcome.ok ? outcome.grant.sentAt : outcome.failure.status).toBe(outcome.ok ? SENT_AT : answer.status);
    });
  });

  it('passes on nothing the server wrote but a well-formed request id', () => {
    forAll([anyAnswer], (answer) => {
      const { outcome, warnings } = read(answer);
      const { requestId, ...told } = outcome.ok ? { requestId: undefined } : outcome.failure;
      expect(JSON.stringify([told, warnings])).not.toContain(MARK);
      expect(requestId ?? 'absent').toMatch(/^[\w-]{1,64}$/);
    });
  });

  it('uses the same few words, however much the server wrote', () => {
    forAll([anyAnswer], (answer) => {
      const { outcome } = read(answer);
      expect(outcome.ok ? 'The answer is not UTF-8' : outcome.failure.what).toMatch(WORDS);
    });
  });

  it('asks for a wait of at most 15 minutes, if for any', () => {
    forAll([anyAnswer], (answer) => {
      const { outcome } = read(answer);
      const wait = outcome.ok ? 0 : (outcome.failure.retryAfterMs ?? 0);
      expect(wait >= 0 && wait <= 900_000).toBe(true);
    });
  });

  it('yields a token that a header can carry and a life of at most 366 days, or none', () => {
    forAll([anyAnswer], (answer) => {
      const { outcome } = read({ ...answer, status: 200 });
      const { value, lifetimeMs } = outcome.ok ? outcome.grant : { value: 'none', lifetimeMs: 1 };
      expect(value).toMatch(/^[\x21-\x7e]{1,8192}$/);
      expect(lifetimeMs > 0 && lifetimeMs <= MAX_LIFE_MS).toBe(true);
    });
  });
});

describe('any body of a 200', () => {
  it('yields a token that a header can carry and a life of at most 366 days, or none', () => {
    const context = fc.record({
      contentType: fc.option(anyText, { nil: undefined }),
      answeredAt: fc.option(fc.oneof(instant, fc.double()), { nil: undefined }),
      allowMissingTokenType: fc.boolean(),
    });
    forAll([arbitraryBody, context], (text, given) => {
      const answer = readTokenBody(parseObject(text), given);
      const { value, lifetimeMs } = answer.ok ? answer : { value: 'none', lifetimeMs: 1 };
      expect(value).toMatch(/^[\x21-\x7e]{1,8192}$/);
      expect(lifetimeMs > 0 && lifetimeMs <= MAX_LIFE_MS).toBe(true);
    });
  });
});

describe('a sound answer', () => {
  const KNOWN = ['access_token', 'token_type', 'expires_in', 'error'];
  const extra = fc.dictionary(anyText, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 }).map((fields) => {
    for (const name of KNOWN) delete fields[name];
    return fields;
  });
  const sound = fc.record({
    token: fc.oneof({ arbitrary: opaque, weight: 20 }, { arbitrary: fc.constant('~'.repeat(8_192)), weight: 1 }),
    type: fc.constantFrom('Bearer', 'bearer', 'BEARER', 'bEARER'),
    seconds: lifeSeconds,
    asText: fc.boolean(),
    extra,
    indent: fc.constantFrom(undefined, 2, '\t'),
  });

  it('is read back exactly, with any other fields beside and between', () => {
    forAll([sound, fc.boolean()], ({ token, type, seconds, asText, extra: fields, indent }, allowMissingTokenType) => {
      const expires_in = asText ? String(seconds) : seconds;
      const text = JSON.stringify({ ...fields, access_token: token, token_type: type, expires_in }, null, indent);
      const body = { ok: true, text, bytes: text.length } as const;
      const { outcome } = read({ status: 200, headers: {}, body, sentAt: SENT_AT }, allowMissingTokenType);
      expect(outcome).toEqual({ ok: true, grant: { value: token, lifetimeMs: seconds * 1_000, sentAt: SENT_AT } });
      expect(text.length).toBeLessThan(MAX_BODY_BYTES);
    });
  });

  it('lives for the shorter of expires_in and the lifetime in its token', () => {
    forAll([lifeSeconds, lifeSeconds, instant], (seconds, told, issued) => {
      const access_token = `${encode({ alg: 'RS256' })}.${encode({ iat: issued / 1_000, exp: issued / 1_000 + told })}.c2ln`;
      const text = JSON.stringify({ access_token, token_type: 'Bearer', expires_in: seconds });
      const context = { contentType: 'application/json', answeredAt: undefined, allowMissingTokenType: false };
      expect(readTokenBody(parseObject(text), context)).toMatchObject({
        ok: true,
        lifetimeMs: Math.min(seconds, told) * 1_000,
      });
    });
  });
});

const anyDate = fc.oneof(instant, fc.constant(undefined), fc.double());

describe('the lifetime in the token itself', () => {
  it('is more than nothing and at most 366 days in whole milliseconds, or unknown, for any token', () => {
    forAll([anyToken, anyDate], (token, answeredAt) => {
      const life = jwtLifetimeMs(token, { answeredAt });
      expect(life === undefined || (Number.isInteger(life) && life > 0 && life <= MAX_LIFE_MS)).toBe(true);
    });
  });

  it('is exp less iat, wherever the two stand and with any other claims', () => {
    const iat = instant.map((moment) => moment / 1_000);
    forAll(
      [iat, lifeSeconds, fc.dictionary(fc.string(), fc.integer()), anyDate],
      (issued, life, claims, answeredAt) => {
        const payload = { ...claims, iat: issued, exp: issued + life };
        expect(jwtLifetimeMs(`${encode({ alg: 'RS256' })}.${encode(payload)}.c2ln`, { answeredAt })).toBe(life * 1_000);
      },
    );
  });

  it('is counted from Date where there is no iat', () => {
    forAll([instant, lifeSeconds], (answeredAt, life) => {
      const payload = { exp: answeredAt / 1_000 + life };
      expect(jwtLifetimeMs(`${encode({ alg: 'RS256' })}.${encode(payload)}.c2ln`, { answeredAt })).toBe(life * 1_000);
    });
  });
});
