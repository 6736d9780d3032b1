import { format, inspect } from 'node:util';
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
});
