import { afterEach, describe, expect, it } from '@jest/globals';
import { isExcepted } from './proxy.js';

/** Without types, and of this version of axios alone: for the comparison. */
const HELPER: string = 'axios/unsafe/helpers/shouldBypassProxy.js';
const { default: shouldBypassProxy } = (await import(HELPER)) as { default: (url: string) => boolean };

const saved = process.env.NO_PROXY;
afterEach(() => {
  if (saved === undefined) delete process.env.NO_PROXY;
  else process.env.NO_PROXY = saved;
});

const HOSTS = [
  'https://api.example.com',
  'https://api.example.com.',
  'https://API.example.com:8443',
  'https://example.com',
  'https://bücher.example',
  'https://localhost:8443',
  'https://127.0.0.1',
  'https://10.1.2.3',
  'https://192.168.1.5:444',
  'https://[::1]',
  'https://[2001:db8::5]:8443',
  'https://[::ffff:10.1.2.3]',
];

const LISTS = [
  '*',
  'example.com',
  '.example.com',
  '*.example.com',
  'api.example.com',
  'API.EXAMPLE.COM',
  'api.example.com.',
  'api.example.com:443',
  'api.example.com:8443',
  'other,api.example.com',
  'other api.example.com',
  ' , api.example.com ,',
  'bücher.example',
  'xn--bcher-kva.example',
  'localhost',
  '127.0.0.1',
  '127.1',
  '::1',
  '[::1]',
  '[2001:db8::5]:8443',
  '[2001:db8::5]:443',
  '2001:db8::5',
  '2001:DB8:0:0::5',
  '2001:db8::/32',
  '10.0.0.0/8',
  '10.1.2.3/32',
  '10.0.0.0/33',
  '192.168.0.0/16',
  '0.0.0.0/0',
  '10.1.2.3',
  '::ffff:10.1.2.3',
  'not/a/subnet',
  '.',
  ':443',
];

describe('NO_PROXY', () => {
  it.each(LISTS)('is read as by axios: %s', (list) => {
    process.env.NO_PROXY = list;
    const byAxios = Object.fromEntries(HOSTS.map((url) => [url, shouldBypassProxy(url)]));
    expect(Object.fromEntries(HOSTS.map((url) => [url, isExcepted(new URL(url), list)]))).toEqual(byAxios);
  });

  it('excepts what ends in the letters after a star', () => {
    expect(isExcepted(new URL('https://my-example.com'), '*example.com')).toBe(true);
  });
});
