import { describe, expect, it } from '@jest/globals';
import { hasSocket, isProxyAnswer, proxyOf, proxyOfFailed } from './proxy.js';

const failed = (request: unknown) => Object.assign(new Error('socket hang up'), { request });

describe('the proxy of a request', () => {
  it.each([
    ['the agent of axios', { host: 'proxy.example', hostname: 'proxy.example', port: 3128, protocol: 'http:' }],
    ['one that has a URL', new URL('http://user:password@proxy.example:3128')],
  ])('is what its agent names: %s', (_what, proxy) => {
    expect(proxyOf({ agent: { proxy } })).toBe('proxy.example:3128');
    expect(proxyOfFailed(failed({ agent: { proxy } }))).toBe('proxy.example:3128');
  });

  it.each([
    ['http://proxy.example', 'proxy.example:80'],
    ['https://proxy.example', 'proxy.example:443'],
    ['http://[::1]:3128', '[::1]:3128'],
  ])('has its port or that of its scheme: %s', (url, address) => {
    expect(proxyOf({ agent: { proxy: new URL(url) } })).toBe(address);
  });

  it('is in brackets where it is an IPv6 address', () => {
    expect(proxyOf({ agent: { proxy: { host: '::1', port: 3128 } } })).toBe('[::1]:3128');
  });

  it.each([
    ['an agent without one made it, such as that of a test library', failed({ agent: { customAgent: {} } })],
    ['no agent did', failed({})],
    ['there was no request yet', new Error('x')],
    ['its request is nothing', failed(null)],
    ['nothing is known', undefined],
    ['it failed with nothing', null],
    ['it failed with a text', 'ECONNREFUSED'],
  ])('is none where %s', (_what, error) => {
    expect(proxyOfFailed(error)).toBeUndefined();
  });
});

describe('a request that failed', () => {
  it('had its socket where it had one', () => {
    expect(hasSocket(failed({ socket: {} }))).toBe(true);
    expect(hasSocket(failed({ socket: null }))).toBe(false);
    expect(hasSocket(undefined)).toBe(false);
  });
});

describe('an answer to an https request', () => {
  it("is the service's where its connection is encrypted", () => {
    expect(isProxyAnswer({ socket: { encrypted: true } })).toBe(false);
  });

  it.each([{ socket: { encrypted: false } }, { socket: {} }, { socket: null }, {}, null, undefined])(
    "is the proxy's where it is not: %p",
    (request) => {
      expect(isProxyAnswer(request)).toBe(true);
    },
  );
});
