import { describe, expect, it } from '@jest/globals';
import * as answers from './token-answer.js';

const jwtLifetimeMs = (token: string, answeredAt: number | undefined) => answers.jwtLifetimeMs(token, { answeredAt });

const IAT = 1_767_614_400;
const ANSWERED_AT = (IAT + 10) * 1_000;

const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const jwt = (payload: unknown, header: unknown = { alg: 'RS256' }) => `${encode(header)}.${encode(payload)}.c2ln`;

describe('jwtLifetimeMs', () => {
  it('is exp less iat, at any time of the local clock', () => {
    expect(jwtLifetimeMs(jwt({ iat: 1_000, exp: 2_800 }), ANSWERED_AT)).toBe(1_800_000);
  });

  it("is measured from the answer's Date where there is no iat", () => {
    expect(jwtLifetimeMs(jwt({ exp: IAT + 1_810 }), ANSWERED_AT)).toBe(1_800_000);
  });

  it('is unknown where there is neither iat nor Date', () => {
    expect(jwtLifetimeMs(jwt({ exp: IAT + 1_810 }), undefined)).toBeUndefined();
  });

  it('takes fractions of a second', () => {
    expect(jwtLifetimeMs(jwt({ iat: 1_000.5, exp: 1_001.25 }), undefined)).toBe(750);
  });

  it('is rounded down', () => {
    expect(jwtLifetimeMs(jwt({ iat: 0, exp: 1.0019 }), undefined)).toBe(1_001);
  });

  it('may be a millisecond', () => {
    expect(jwtLifetimeMs(jwt({ iat: 0, exp: 0.001 }), undefined)).toBe(1);
  });

  it('may be 366 days, and no millisecond more', () => {
    const days = 366 * 86_400;
    expect(jwtLifetimeMs(jwt({ iat: 0, exp: days }), undefined)).toBe(days * 1_000);
    expect(jwtLifetimeMs(jwt({ iat: 0, exp: days + 0.001 }), undefined)).toBeUndefined();
  });

  it('may lie in any year to 5138, and no second later', () => {
    expect(jwtLifetimeMs(jwt({ iat: 1e11 - 1_800, exp: 1e11 }), undefined)).toBe(1_800_000);
    expect(jwtLifetimeMs(jwt({ iat: 1e11 - 1_800, exp: 1e11 + 1 }), undefined)).toBeUndefined();
    expect(jwtLifetimeMs(jwt({ iat: -1e11 - 1, exp: -1e11 + 1_800 }), undefined)).toBeUndefined();
  });

  it.each([
    ['exp is in milliseconds', { iat: IAT, exp: (IAT + 1_800) * 1_000 }],
    ['exp and iat both are in milliseconds', { iat: IAT * 1_000, exp: (IAT + 1_800) * 1_000 }],
    ['exp is before iat', { iat: IAT, exp: IAT - 1 }],
    ['exp equals iat', { iat: IAT, exp: IAT }],
    ['exp is years ahead', { iat: IAT, exp: IAT + 2 * 366 * 86_400 }],
    ['exp is missing', { iat: IAT }],
    ['exp is a string', { iat: IAT, exp: String(IAT + 1_800) }],
    ['exp is null', { iat: IAT, exp: null }],
    ['the payload is an array', [IAT, IAT + 1_800]],
    ['the payload is null', null],
    ['the payload is a number', 5],
    ['the payload is no JSON', '{"exp":'],
    ['exp is infinite', `{"iat":${IAT},"exp":1e999}`],
    ['the payload is nested 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['exp is inherited', `{"__proto__":{"iat":${IAT},"exp":${IAT + 1_800}}}`],
  ])('is unknown where %s', (_what, payload) => {
    expect(jwtLifetimeMs(jwt(payload), ANSWERED_AT)).toBeUndefined();
  });

  it.each([
    ['alg none', { alg: 'none' }],
    ['alg None', { alg: 'None' }],
    ['no alg', { typ: 'JWT' }],
    ['an alg that is no string', { alg: 5 }],
    ['a header that is no JSON', 'RS256'],
  ])('is unknown with %s', (_what, header) => {
    expect(jwtLifetimeMs(jwt({ iat: IAT, exp: IAT + 1_800 }, header), ANSWERED_AT)).toBeUndefined();
  });

  it.each([
    ['an opaque token', 'abcdef'],
    [
      'two parts',
      jwt({ iat: IAT, exp: IAT + 1_800 })
        .split('.')
        .slice(0, 2)
        .join('.'),
    ],
    ['four parts', `${jwt({ iat: IAT, exp: IAT + 1_800 })}.x`],
    ['an empty payload', `${encode({ alg: 'RS256' })}..c2ln`],
    ['a payload after an asterisk', jwt({ iat: IAT, exp: IAT + 1_800 }).replace('.', '.*')],
    ['base64 in place of base64url', jwt({ iat: IAT, exp: IAT + 1_800 }).replace(/\.([^.]+)\./, '.$1==.')],
  ])('is unknown for %s', (_what, token) => {
    expect(jwtLifetimeMs(token, ANSWERED_AT)).toBeUndefined();
  });
});
