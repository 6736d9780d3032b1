import { createGzip } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { CanaryScanner, printedEverywhere } from '@support/canaries.js';

const SECRET = 'pässwörd+/"of"\\the=scanner&%<test>';
const scanner = new CanaryScanner({ secret: SECRET });

function hits(text: string): number {
  return scanner.hits({ channel: 'here', text }).length;
}

describe('the scanner for secrets', () => {
  it.each<[string, (secret: string) => string]>([
    ['unchanged', (secret) => secret],
    ['in base64', (secret) => Buffer.from(secret).toString('base64')],
    ['in base64 after something else', (secret) => Buffer.from(`Bearer ${secret}`).toString('base64')],
    ['in base64 after something longer', (secret) => Buffer.from(`a key: ${secret}`).toString('base64')],
    ['in base64 for URLs', (secret) => Buffer.from(secret).toString('base64url')],
    ['URL-encoded', encodeURIComponent],
    ['form-encoded', (secret) => new URLSearchParams({ a: secret }).toString()],
    ['in JSON', (secret) => JSON.stringify({ secret })],
    ['in JSON within JSON', (secret) => JSON.stringify({ json: JSON.stringify({ secret }) })],
    ['by twelve characters of its beginning', (secret) => secret.slice(0, 12)],
    ['by twelve characters of its middle', (secret) => secret.slice(9, 21)],
    ['by twelve characters of its end', (secret) => secret.slice(-12)],
  ])('finds one %s, and says what stands before it without showing it', (_name, spell) => {
    const found = scanner.hits({ channel: 'here', text: `before ${spell(SECRET)} after` });
    expect(found[0]).toContain('secret by here: …');
    expect(found[0]).toContain('before ');
    expect(found.join()).not.toContain(spell(SECRET));
  });

  it('takes eleven characters for a coincidence', () => {
    expect(hits(SECRET.slice(3, 14))).toBe(0);
    expect(hits('an innocent text of some length')).toBe(0);
  });

  it.each<[string, unknown]>([
    ['a message', new Error(SECRET)],
    ['a cause', new Error('x', { cause: { deep: { deeper: new Error(SECRET) } } })],
    ['a field', Object.assign(new Error('x'), { config: { headers: { Authorization: SECRET } } })],
    ['a hidden field', Object.defineProperty(new Error('x'), 'hidden', { value: [SECRET], enumerable: false })],
    ['a symbol', { [Symbol('secret')]: SECRET }],
    ['a Map', new Map([['a', SECRET]])],
    ['the name of a field', { [SECRET]: 1 }],
    ['bytes', { rawPacket: Buffer.from(SECRET) }],
  ])('finds one in %s', (_name, value) => {
    expect(printedEverywhere(value).flatMap((text) => scanner.hits(text)).length).toBeGreaterThan(0);
  });

  it.each([
    ['what a zlib stream has written', 0, 1],
    ['what the process had in its buffer before', 4_096, 0],
  ])('tells apart the two parts of a zlib buffer: %s', (_name, at, found) => {
    const gzip = createGzip();
    const buffer = Buffer.alloc(16_384);
    buffer.write(SECRET, at, 'latin1');
    Object.assign(gzip, { _outBuffer: buffer, _outOffset: 4_096 });
    expect(printedEverywhere(gzip).flatMap((text) => scanner.hits(text)).length).toBe(found);
  });
});
