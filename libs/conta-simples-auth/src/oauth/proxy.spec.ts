import { afterEach, describe, expect, it } from '@jest/globals';
import { chooseProxy, environmentProxy, toAxiosProxy } from './proxy.js';

const API = 'https://api.example/oauth/v1/access-token';

describe('the login of a proxy', () => {
  it.each([
    ['http://user:pass@proxy', { username: 'user', password: 'pass' }],
    ['http://us%40er:p%3Aw%2Fx@proxy', { username: 'us@er', password: 'p:w/x' }],
    ['http://user:s%C3%A9same%E2%82%AC@proxy', { username: 'user', password: 'sésame€' }],
    ['http://user:sésame@proxy', { username: 'user', password: 'sésame' }],
    ['http://user:caf%E9@proxy', { username: 'user', password: 'café' }],
    ['http://user:100%@proxy', { username: 'user', password: '100%' }],
    ['http://user:100%25@proxy', { username: 'user', password: '100%' }],
    ['http://user:100%25%@proxy', { username: 'user', password: '100%%' }],
    ['http://user:%zz%40@proxy', { username: 'user', password: '%zz@' }],
    ['http://user:a+b@proxy', { username: 'user', password: 'a+b' }],
    ['http://user@proxy', { username: 'user', password: '' }],
    ['http://user:@proxy', { username: 'user', password: '' }],
    ['http://:pass@proxy', { username: '', password: 'pass' }],
  ])('is decoded: %s', (url, auth) => {
    expect(toAxiosProxy(new URL(url))).toEqual({ protocol: 'http', host: 'proxy', port: 80, auth });
  });

  it.each(['http://proxy', 'http://@proxy', 'http://:@proxy'])('may be missing: %s', (url) => {
    expect(toAxiosProxy(new URL(url))).toEqual({ protocol: 'http', host: 'proxy', port: 80 });
  });
});

describe('the address of a proxy', () => {
  it.each([
    ['http://proxy.example', { protocol: 'http', host: 'proxy.example', port: 80 }],
    ['https://proxy.example', { protocol: 'https', host: 'proxy.example', port: 443 }],
    ['http://[::1]:3128', { protocol: 'http', host: '[::1]', port: 3128 }],
  ])('is given to axios in parts: %s', (url, expected) => {
    expect(toAxiosProxy(new URL(url))).toEqual(expected);
  });
});

describe('the proxy of the environment', () => {
  it.each([
    [
      'https_proxy before HTTPS_PROXY',
      { https_proxy: 'http://a', HTTPS_PROXY: 'http://b' },
      'https_proxy',
      'http://a/',
    ],
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://b', ALL_PROXY: 'http://c' }, 'HTTPS_PROXY', 'http://b/'],
    ['all_proxy before ALL_PROXY', { all_proxy: 'http://c', ALL_PROXY: 'http://d' }, 'all_proxy', 'http://c/'],
    ['ALL_PROXY', { HTTPS_PROXY: '', ALL_PROXY: 'http://d' }, 'ALL_PROXY', 'http://d/'],
    ['one without a scheme, read as https', { HTTPS_PROXY: 'u:p%40@e:3128' }, 'HTTPS_PROXY', 'https://u:p%40@e:3128/'],
  ])('is that of %s', (_what, environment, variable, url) => {
    const found = environmentProxy(API, environment);
    expect([found?.variable, found?.url?.href]).toEqual([variable, url]);
  });

  it.each(['http://canary:99999', 'socks5://proxy', 'ftp://proxy', 'http://', 'http://a b'])(
    'is unusable where the variable holds no address of one: %s',
    (HTTPS_PROXY) => {
      expect(environmentProxy(API, { HTTPS_PROXY })).toEqual({ variable: 'HTTPS_PROXY' });
    },
  );

  it.each([
    ['no variable says so', API, {}],
    ['HTTP_PROXY alone is set', API, { HTTP_PROXY: 'http://a', http_proxy: 'http://a' }],
    ['the request is plain http', 'http://127.0.0.1:1/x', { HTTPS_PROXY: 'http://a', HTTP_PROXY: 'http://a' }],
    ['NO_PROXY excepts the host', API, { HTTPS_PROXY: 'http://a', NO_PROXY: 'api.example' }],
    ['no_proxy comes before NO_PROXY', API, { HTTPS_PROXY: 'http://a', no_proxy: '*', NO_PROXY: 'other' }],
  ])('is none where %s', (_what, address, environment) => {
    expect(environmentProxy(address, environment)).toBeUndefined();
  });
});

describe('the proxy of a request', () => {
  const saved = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
    Object.assign(process.env, saved);
  });

  it('is the option, or none where that says so', () => {
    process.env.HTTPS_PROXY = 'http://other';
    const proxy = new URL('http://us%40er:p@proxy');
    expect(chooseProxy(API, proxy)).toEqual({ ok: true, proxy: toAxiosProxy(proxy) });
    expect(chooseProxy(API, false)).toEqual({ ok: true, proxy: false });
  });

  it('is that of the environment at this moment', () => {
    expect(chooseProxy(API, undefined)).toEqual({ ok: true, proxy: false });
    process.env.HTTPS_PROXY = 'http://u:%40@proxy';
    expect(chooseProxy(API, undefined)).toMatchObject({ proxy: { auth: { username: 'u', password: '@' } } });
  });

  it('is left to an agent that has its own proxy, where Node knows that option', () => {
    process.env.HTTPS_PROXY = 'http://proxy';
    const agent = { options: { proxyEnv: {} } };
    const flags = process.allowedNodeEnvironmentFlags;
    for (const [known, proxy] of [
      [new Set(['--use-env-proxy']), undefined],
      [new Set<string>(), { protocol: 'http', host: 'proxy', port: 80 }],
    ] as const) {
      Object.defineProperty(process, 'allowedNodeEnvironmentFlags', { value: known, configurable: true });
      expect(chooseProxy(API, undefined, agent)).toEqual({ ok: true, proxy });
    }
    Object.defineProperty(process, 'allowedNodeEnvironmentFlags', { value: flags, configurable: true });
  });

  it('fails by the name of the variable, without its value', () => {
    process.env.HTTPS_PROXY = 'http://user:canary@:1';
    const what = 'HTTPS_PROXY holds no address of an http or https proxy';
    expect(chooseProxy(API, undefined)).toEqual({ ok: false, failure: { kind: 'proxy_error', what } });
  });
});
