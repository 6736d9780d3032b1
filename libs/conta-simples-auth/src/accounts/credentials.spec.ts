import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Credentials } from './credentials.js';

const PAIR = { apiKey: 'canary-key-0123456789', apiSecret: 'canary-secret-0123456789' };
const decode = (header: string) => Buffer.from(header.replace(/^Basic /, ''), 'base64').toString('utf8');

describe('the Basic header', () => {
  it('is the one of RFC 7617', () => {
    const credentials = new Credentials({ apiKey: 'Aladdin', apiSecret: 'open sesame' });
    expect(credentials.basicHeader('plain')).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  });

  it('is written in UTF-8, as the second example of RFC 7617', () => {
    const credentials = new Credentials({ apiKey: 'test', apiSecret: '123\u00a3' });
    expect(credentials.basicHeader('plain')).toBe('Basic dGVzdDoxMjPCow==');
  });

  it('is form-encoded first as the example of RFC 6749 section 2.3.1, whose pair needs none', () => {
    const credentials = new Credentials({ apiKey: 's6BhdRkqt3', apiSecret: '7Fjfp0ZBr1KtDRbnfVdmIw' });
    expect(credentials.basicHeader('rfc6749')).toBe('Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3');
  });

  it.each([
    [' ', ' ', '+'],
    ['+', '+', '%2B'],
    ['%', '%', '%25'],
    [':', ':', '%3A'],
    ['&', '&', '%26'],
    ['=', '=', '%3D'],
    ['/', '/', '%2F'],
    ['*-._', '*-._', '*-._'],
    ['~', '~', '%7E'],
    ['\u00a3', '\u00a3', '%C2%A3'],
    ['\u20ac', '\u20ac', '%E2%82%AC'],
    ['\u{1f511}', '\u{1f511}', '%F0%9F%94%91'],
  ])('writes %p plain as %p and form-encoded as %p', (character, plain, encoded) => {
    const credentials = new Credentials({ apiKey: `k${character}`, apiSecret: `s${character}` });
    expect(decode(credentials.basicHeader('plain'))).toBe(`k${plain}:s${plain}`);
    expect(decode(credentials.basicHeader('rfc6749'))).toBe(`k${encoded}:s${encoded}`);
  });
});

describe('a pair in print', () => {
  const credentials = new Credentials(PAIR);
  const basic = credentials.basicHeader('plain').slice('Basic '.length);

  it.each([
    ['inspect', inspect(credentials)],
    ['inspect with everything hidden', inspect(credentials, { showHidden: true, depth: 20, getters: true })],
    ['inspect without custom inspection', inspect(credentials, { showHidden: true, customInspect: false, depth: 20 })],
    ['inspect inside an object', inspect({ a: { b: [credentials] } }, { depth: 20, showHidden: true })],
    ['JSON', JSON.stringify({ credentials })],
    ['a template', `${credentials}`],
    ['format', format('%s %o %j', credentials, credentials, credentials)],
    ['its own properties', JSON.stringify(Object.getOwnPropertyDescriptors(credentials))],
    ['a clone', inspect(structuredClone(credentials))],
  ])('is nothing but a fingerprint: %s', (_how, printed) => {
    expect(printed).toContain(credentials.fingerprint);
    expect(printed).not.toMatch(/canary|0123456789/);
    expect(printed).not.toContain(basic);
  });

  it('differs for another pair', () => {
    expect(new Credentials({ ...PAIR, apiSecret: 'other' }).fingerprint).not.toBe(credentials.fingerprint);
  });

  it('is the same for the same pair', () => {
    expect(new Credentials({ ...PAIR }).fingerprint).toBe(credentials.fingerprint);
  });
});

describe('text shared with a pair', () => {
  const credentials = new Credentials(PAIR);

  it.each([
    ['12 characters of the key', 'xx nary-key-012 xx'],
    ['12 characters of the secret', 'xx ry-secret-01 xx'],
    ['the whole secret', PAIR.apiSecret],
    ['part of the plain Basic value', credentials.basicHeader('plain').slice(12, 30)],
    ['part of the form-encoded Basic value', new Credentials(PAIR).basicHeader('rfc6749').slice(12, 30)],
  ])('is noticed: %s', (_what, text) => {
    expect(credentials.sharesTextWith(text)).toBe(true);
  });

  it.each([
    ['11 characters', 'xx y-secret-01 xx'],
    ['nothing', 'req_abc'],
    ['an empty text', ''],
  ])('is not made up: %s', (_what, text) => {
    expect(credentials.sharesTextWith(text)).toBe(false);
  });

  it('is noticed whole for a secret of less than 12 characters', () => {
    expect(new Credentials({ apiKey: 'key', apiSecret: 'short' }).sharesTextWith('req_short_1')).toBe(true);
  });
});
