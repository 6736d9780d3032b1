import { format, inspect, isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { AccessToken } from './access-token.js';

const VALUE = 'eyJhbGciOiJSUzI1NiJ9.canary-canary-canary.c2lnbmF0dXJl';
const token = new AccessToken(VALUE, 1_000, 2_000);

describe('an access token', () => {
  it('returns its value only by name', () => {
    expect(token.value).toBe(VALUE);
    expect(token).toMatchObject({ type: 'Bearer', obtainedAt: 1_000, expiresAt: 2_000 });
  });

  it.each([
    ['String()', () => String(token)],
    ['a template', () => `${token}`],
    ['JSON', () => JSON.stringify({ token })],
    ['inspect', () => inspect(token, { depth: 20, showHidden: true })],
    [
      'inspect inside another object',
      () => inspect({ deep: { token } }, { depth: 20, showHidden: true, getters: true }),
    ],
    ['format', () => format('%s %o %j', token, token, token)],
    ['its own properties', () => JSON.stringify({ ...token })],
    ['structuredClone', () => inspect(structuredClone(token), { showHidden: true })],
  ])('does not show it in %s', (_channel, print) => {
    expect(print()).not.toContain('canary');
    expect(print()).not.toContain(VALUE.slice(0, 12));
  });

  it.each(['type', 'expiresAt', 'fingerprint', 'anything'])(
    'has a read-only %s, because all callers share it',
    (property) => {
      expect(Reflect.set(token, property, 'x')).toBe(false);
      expect(token.type).toBe('Bearer');
    },
  );

  it('prints as a fingerprint that tells two tokens apart', () => {
    expect(String(token)).toMatch(/^AccessToken\(sha256:[0-9a-f]{12}\)$/);
    expect(token.fingerprint).not.toBe(new AccessToken(`${VALUE}x`, 1_000, 2_000).fingerprint);
    expect(token.fingerprint).toBe(new AccessToken(VALUE, 3_000, 4_000).fingerprint);
  });

  it('differs from another of the same times for what compares properties, such as toEqual()', () => {
    const [one, other] = ['first', 'second'].map((value) => new AccessToken(value, 0, 1_000));
    expect(one).not.toEqual(other);
    expect(isDeepStrictEqual(one, other)).toBe(false);
    expect({ ...one }.fingerprint).toBe(one?.fingerprint);
  });

  it.each<[string, (token: AccessToken) => unknown]>([
    ['a proxy', (token) => new Proxy(token, {})],
    ['an object that inherits from it', (token) => Object.create(token)],
    [
      'a copy of its properties',
      (token) => Object.create(AccessToken.prototype, Object.getOwnPropertyDescriptors(token)),
    ],
  ])('prints through %s as its fingerprint', (_name, wrap) => {
    const token = new AccessToken('the-value', 0, 1_000);
    const wrapped = wrap(token);
    expect([String(wrapped), inspect(wrapped), JSON.stringify(wrapped)]).toEqual([
      `${token}`,
      inspect(token),
      JSON.stringify(token),
    ]);
  });
});
