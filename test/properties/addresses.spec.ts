// A failure prints its seed and path: test/properties/property.ts says how to run it again.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fullAddress, isPlainPath } from '../../libs/conta-simples-auth/src/http/destination.js';
import { forAll } from './property.js';

/** As they stand after the check of the options. */
const base = fc.constantFrom(
  'https://api.contasimples.com',
  'https://api.contasimples.com:8443/v1',
  'http://127.0.0.1:4010',
  'http://[::1]:4010/a/b',
);
const pieces = [
  '/',
  '//',
  '\\',
  '@',
  ':',
  '.',
  '..',
  '%2f',
  '%00',
  '#',
  '?',
  ' ',
  '\t',
  '\n',
  'evil.example',
  'x',
  'é',
];
const path = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((list) => `/${list.join('')}`),
  fc.string({ unit: 'grapheme' }).map((text) => `/${text}`),
  fc.webUrl(),
);

describe('a plain path', () => {
  it('stays within the origin of the base URL, and is sent as it would be if it were parsed', () => {
    let plain = 0;
    forAll([base, path], (baseUrl, url) => {
      if (!isPlainPath(url)) return;
      plain++;
      const address = fullAddress(baseUrl, url);
      expect(new URL(address).origin).toBe(new URL(baseUrl).origin);
      expect(new URL(address)).toMatchObject({ username: '', password: '', hash: '' });
      expect(address.startsWith(`${baseUrl}/`)).toBe(true);
    });
    // Or nothing would have been tried.
    expect(plain).toBeGreaterThan(50);
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '\\\\evil.example', '/a\nb', '/a#b', 'x', ''])(
    'is not %j',
    (url) => expect(isPlainPath(url)).toBe(false),
  );
});
