import { describe, expect, it } from '@jest/globals';
import { type AnswerContext, parseObject, readTokenBody } from './token-answer.js';

const SOUND = { access_token: 'abc.def', token_type: 'Bearer', expires_in: 1_800 };
const CONTEXT: AnswerContext = { contentType: 'application/json', answeredAt: undefined, allowMissingTokenType: false };

const read = (body: unknown, context: Partial<AnswerContext> = {}) =>
  readTokenBody(parseObject(typeof body === 'string' ? body : JSON.stringify(body)), { ...CONTEXT, ...context });
const granted = (lifetimeMs: number, warnings: unknown = []) => ({ ok: true, value: 'abc.def', lifetimeMs, warnings });
const warning = (text: string) => [expect.stringContaining(text)];
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const jwt = (lifeSeconds: number, header = { alg: 'RS256' }) =>
  `${encode(header)}.${encode({ iat: 1_000, exp: 1_000 + lifeSeconds })}.c2ln`;

describe('a sound answer', () => {
  it('is a token and its lifetime, without a warning', () => {
    expect(read(SOUND)).toEqual(granted(1_800_000));
  });

  it.each(['bearer', 'BEARER', 'Bearer'])('may write token_type as %s', (token_type) => {
    expect(read({ ...SOUND, token_type })).toEqual(granted(1_800_000));
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/token+json'])(
    'may be of type %s',
    (contentType) => {
      expect(read(SOUND, { contentType })).toEqual(granted(1_800_000));
    },
  );

  it.each([undefined, 'text/html', 'text/plain', 'application/jsonp', 'x-application/json', 'application/+json'])(
    'is taken with a warning as %s',
    (contentType) => {
      expect(read(SOUND, { contentType })).toEqual(granted(1_800_000, warning('Content-Type')));
    },
  );

  it('may hold fields of no concern', () => {
    expect(read({ ...SOUND, refresh_token: 'r', extra: { a: [1] }, error: null })).toEqual(granted(1_800_000));
  });

  it('may hold an empty error', () => {
    expect(read({ ...SOUND, error: '' })).toEqual(granted(1_800_000));
  });

  it('is taken with a warning where it names a scope', () => {
    expect(read({ ...SOUND, scope: 'read' })).toEqual(granted(1_800_000, warning('scope')));
  });

  it('may hold a token of 8 KB', () => {
    expect(read({ ...SOUND, access_token: 'a'.repeat(8_192) })).toMatchObject({ ok: true });
  });
});

describe('an unusable access_token', () => {
  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['spaces', '   '],
    ['a number', 5],
    ['an object', { value: 'abc' }],
    ['an array', ['abc']],
    ['with CR', 'abc\rdef'],
    ['with LF', 'abc\ndef'],
    ['with NUL', 'abc\0def'],
    ['with TAB', 'abc\tdef'],
    ['with a space inside', 'abc def'],
    ['with a line end at its end', 'abc\n'],
    ['with a space before it', ' abc'],
    ['not ASCII', 'abc\u00e9'],
    ['with DEL', 'abc\x7f'],
    ['longer than 8 KB', 'a'.repeat(8_193)],
  ])('is refused: %s', (_what, access_token) => {
    expect(read({ ...SOUND, access_token })).toEqual({ ok: false, what: expect.stringContaining('access_token') });
  });
});

describe('an access_token of nothing', () => {
  it.each(['', '   ', '\n'])('counts as none: %p', (access_token) => {
    expect(read({ ...SOUND, access_token })).toEqual({ ok: false, what: 'The answer has no access_token' });
  });
});

describe('token_type', () => {
  it.each([undefined, null])('is required: %p', (token_type) => {
    expect(read({ ...SOUND, token_type })).toEqual({ ok: false, what: expect.stringContaining('no token_type') });
  });

  it.each([undefined, null])('may be left out where the option allows it: %p', (token_type) => {
    expect(read({ ...SOUND, token_type }, { allowMissingTokenType: true })).toEqual(
      granted(1_800_000, warning('token_type')),
    );
  });

  it.each([' Bearer', 'Bearer ', 'DPoP', 'mac', '', 5, ['Bearer'], {}])(
    'is refused as %p, option or not',
    (token_type) => {
      expect(read({ ...SOUND, token_type }, { allowMissingTokenType: true })).toEqual({
        ok: false,
        what: expect.stringContaining('other than Bearer'),
      });
    },
  );
});

describe('expires_in', () => {
  it.each([
    [1, 1_000],
    [30, 30_000],
    ['1800', 1_800_000],
    ['000000000001800', 1_800_000],
    [31_622_400, 31_622_400_000],
    ['31622400', 31_622_400_000],
    [1_799.5, 1_799_000],
    [3_600, 3_600_000],
  ])('may be %p', (expires_in, lifetimeMs) => {
    expect(read({ ...SOUND, expires_in })).toEqual(granted(lifetimeMs));
  });

  it.each([0, -1, -1_800, 0.9, '0', '-5'])('is refused as %p', (expires_in) => {
    expect(read({ ...SOUND, expires_in })).toEqual({ ok: false, what: expect.stringContaining('expires_in') });
  });

  it('is refused as minus infinity', () => {
    expect(read('{"access_token":"abc.def","token_type":"Bearer","expires_in":-1e999}')).toMatchObject({ ok: false });
  });

  it.each([undefined, null])('counts as 300 s with a warning where it is %p', (expires_in) => {
    expect(read({ ...SOUND, expires_in })).toEqual(granted(300_000, warning('expires_in is missing')));
  });

  it.each(['1e3', '0x10', 'NaN', 'Infinity', '', ' 1800', '1800.5', true, false, {}, [1_800], 31_622_401, '31622401'])(
    'counts as 300 s with a warning where it is %p',
    (expires_in) => {
      expect(read({ ...SOUND, expires_in })).toEqual(granted(300_000, warning('no whole number')));
    },
  );

  it.each([1e15, '9'.repeat(20), '0000000000001800', '-9999999999999999'])(
    'counts as 300 s with a warning where it has too many digits: %p',
    (expires_in) => {
      expect(read({ ...SOUND, expires_in })).toEqual(granted(300_000, warning('no whole number')));
    },
  );

  it('counts as 300 s with a warning where it is 1e999', () => {
    const body = '{"access_token":"abc.def","token_type":"Bearer","expires_in":1e999}';
    expect(read(body)).toEqual(granted(300_000, warning('no whole number')));
  });
});

describe('a lifetime in the token', () => {
  it.each([undefined, 'soon'])('is used where expires_in is %p', (expires_in) => {
    expect(read({ ...SOUND, access_token: jwt(900), expires_in })).toMatchObject({ lifetimeMs: 900_000 });
  });

  it('is used with a warning where it is shorter than expires_in', () => {
    expect(read({ ...SOUND, access_token: jwt(900) })).toMatchObject({
      lifetimeMs: 900_000,
      warnings: warning('shorter'),
    });
  });

  it.each([
    ['longer', jwt(3_600)],
    ['the same', jwt(1_800)],
    ['unsigned', jwt(900, { alg: 'none' })],
    ['negative', jwt(-5)],
  ])('is ignored where it is %s', (_what, access_token) => {
    expect(read({ ...SOUND, access_token })).toMatchObject({ lifetimeMs: 1_800_000, warnings: [] });
  });

  it("is measured from the answer's Date where the token has no iat", () => {
    const access_token = `${encode({ alg: 'RS256' })}.${encode({ exp: 1_900 })}.c2ln`;
    expect(read({ ...SOUND, access_token }, { answeredAt: 1_000_000 })).toMatchObject({ lifetimeMs: 900_000 });
  });
});

describe('a body that is no token answer', () => {
  it.each([
    ['null', 'null'],
    ['an array', '[{"access_token":"abc","token_type":"Bearer","expires_in":1800}]'],
    ['a number', '5'],
    ['a string', '"access_token"'],
    ['true', 'true'],
    ['empty', ''],
    ['whitespace', ' \n'],
    ['HTML', '<!doctype html><html></html>'],
    ['truncated JSON', '{"access_token":"abc.def","token_ty'],
    ['two objects', `${JSON.stringify(SOUND)}${JSON.stringify(SOUND)}`],
    ['10,000 arrays in each other', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['64 KiB of arrays in each other', '['.repeat(32_768) + ']'.repeat(32_768)],
    ['form-encoded', 'access_token=abc.def&token_type=Bearer&expires_in=1800'],
  ])('is refused: %s', (_what, text) => {
    expect(read(text)).toEqual({ ok: false, what: 'The answer is not a JSON object' });
  });

  it('never quotes what it could not read', () => {
    expect(JSON.stringify(read('{"access_token":"s3cr3t-t0ken" oops'))).not.toMatch(/s3cr3t|oops/);
  });

  it('is the OAuth error that it holds', () => {
    expect(read({ error: 'invalid_client' })).toEqual({
      ok: false,
      what: 'The answer is an error in disguise',
      error: 'invalid_client',
    });
  });

  it('is an error also where a token stands beside it', () => {
    expect(read({ ...SOUND, error: 'invalid_client' })).toMatchObject({ ok: false, error: 'invalid_client' });
  });
});

describe('keys with a meaning in JavaScript', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('do not lend their fields: %s', (name) => {
    expect(read(`{"${name}":${JSON.stringify(SOUND)}}`)).toMatchObject({ ok: false });
  });

  it('do not spoil an answer, nor any other object', () => {
    const text = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${JSON.stringify(SOUND).slice(1)}`;
    expect(read(text)).toEqual(granted(1_800_000));
    expect('polluted' in {}).toBe(false);
  });

  it('do not make an error of an inherited one', () => {
    expect(read(`{"__proto__":{"error":"invalid_client"},${JSON.stringify(SOUND).slice(1)}`)).toEqual(
      granted(1_800_000),
    );
  });
});
