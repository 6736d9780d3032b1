import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import { boot, closeAll } from '@support/boot.js';
import axios, { type AxiosInstance } from 'axios';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(closeAll);

const require = createRequire(import.meta.url);
const commonJsAxios: typeof axios = require('axios');

async function bootWithInterceptor() {
  const booted = await boot();
  return { ...booted, interceptor: booted.app.get(ContaSimplesAuthInterceptor) };
}

function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('attach()', () => {
  it('refuses a second account on one instance', async () => {
    const pair = (name: string) => ({ apiKey: `key-of-${name}-0001`, apiSecret: `secret-of-${name}-0001` });
    const { app } = await boot({
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        accounts: { matriz: pair('matriz'), filial: pair('filial') },
      },
      emulator: {
        accounts: [
          { name: 'matriz', ...pair('matriz') },
          { name: 'filial', ...pair('filial') },
        ],
      },
    });
    const interceptor = app.get(ContaSimplesAuthInterceptor);
    const instance = axios.create();
    const detach = interceptor.attach(instance, { account: 'matriz' });
    const error = errorOf(() => interceptor.attach(instance, { account: 'filial' }));
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect(String(error)).toContain('"matriz"');
    detach();
    expect(() => interceptor.attach(instance, { account: 'filial' })).not.toThrow();
  });

  it('refuses an account that is not configured', async () => {
    const { interceptor } = await bootWithInterceptor();
    const error = errorOf(() => interceptor.attach(axios.create(), { account: 'unknown' }));
    expect(isContaSimplesAuthError(error, 'unknown_account')).toBe(true);
  });

  it.each([
    ['the default export', () => axios],
    ['the CommonJS build', () => commonJsAxios],
    ['what a bare HttpModule hands out', () => new HttpService().axiosRef],
  ])('refuses the axios of the whole process: %s', async (_name, instance) => {
    const { interceptor } = await bootWithInterceptor();
    const error = errorOf(() => interceptor.attach(instance()));
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect(String(error)).toContain('HttpModule.register({})');
    expect(String(error)).toContain('axios.create()');
  });

  it.each<[string, unknown, string]>([
    ['an HttpService', new HttpService(axios.create()), 'pass its axiosRef'],
    ['nothing', undefined, 'pass what axios.create() returned'],
    ['null', null, 'pass what axios.create() returned'],
    ['a URL', 'https://api.example', 'pass what axios.create() returned'],
    ['a config', { baseURL: 'https://api.example' }, 'pass what axios.create() returned'],
    ['another library', { defaults: {} }, 'pass what axios.create() returned'],
    ['a function', () => undefined, 'pass what axios.create() returned'],
  ])('refuses %s, and says what to pass', async (_name, nonsense, advice) => {
    const { interceptor } = await bootWithInterceptor();
    const error = errorOf(() => interceptor.attach(nonsense as AxiosInstance));
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect(String(error)).toContain(advice);
  });

  const old: typeof axios = require('axios-0');
  const before118 = () => {
    const instance = axios.create();
    // Until 1.17 axios took an http address without slashes, and made a path of it.
    return Object.assign(instance, { getUri: ({ url }: { url?: string }) => `https://api.example/${url}` });
  };
  it.each<[string, () => AxiosInstance]>([
    ['axios 0.27', () => old.create()],
    [
      'axios 0.27, with all defaults replaced',
      () => Object.assign(old.create(), { defaults: axios.create().defaults }),
    ],
    ['axios 0.27, as a class', () => new old.Axios({}) as AxiosInstance],
    ['axios 1.17', before118],
    [
      'an axios without getUri()',
      () => Object.assign(axios.create(), { getUri: undefined }) as unknown as AxiosInstance,
    ],
  ])('refuses an instance of another version: %s', async (_name, instance) => {
    const { interceptor } = await bootWithInterceptor();
    const error = errorOf(() => interceptor.attach(instance()));
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect(String(error)).toContain('axios >=1.18.0 <2 is needed');
  });

  it.each<[string, () => AxiosInstance]>([
    ['of the build for import', () => axios.create()],
    ['of the build for require', () => commonJsAxios.create()],
    ['of a class', () => new axios.Axios({ baseURL: 'https://api.example' }) as AxiosInstance],
    [
      'with its own defaults',
      () => axios.create({ baseURL: 'https://a.example/b', transitional: {}, params: { a: 1 } }),
    ],
    ['made by another', () => axios.create().create({ allowAbsoluteUrls: false, baseURL: '/relative' })],
  ])('takes an instance %s', async (_name, instance) => {
    const { interceptor } = await bootWithInterceptor();
    expect(() => interceptor.attach(instance())).not.toThrow();
  });

  it('refuses the instance of ContaSimplesHttpService, which needs nothing attached', async () => {
    const { interceptor, http } = await bootWithInterceptor();
    const error = errorOf(() => interceptor.attach(http.axiosRef));
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect(String(error)).toContain('by itself');
  });

  it.each(['http://api.example', 'https://api.example/path', 'ftp://127.0.0.1', 'api.example'])(
    'refuses the origin %s',
    async (origin) => {
      const { interceptor } = await bootWithInterceptor();
      const error = errorOf(() => interceptor.attach(axios.create(), { origins: [origin] }));
      expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    },
  );
});
