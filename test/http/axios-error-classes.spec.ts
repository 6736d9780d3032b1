import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import axios, { type AxiosInstance } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';

afterEach(closeAll);

const require = createRequire(import.meta.url);
// Loaded while the module is running, as a lazily loaded part of an application does.
const commonJs = () => require('axios') as typeof axios;

type Failure = (instance: AxiosInstance) => Promise<unknown>;

const FAILURES: readonly (readonly [string, Failure])[] = [
  ['a 404', (http) => http.get('/nowhere')],
  ['a 401 that stays', (http) => http.get('/accounts/v1/balance', { headers: { Authorization: 'Bearer x' } })],
  ['a call without the token', (http) => http.get('/accounts/v1/balance', { contaSimplesAuth: false })],
  ['a time-out', (http) => http.get('/accounts/v1/balance', { timeout: 1 })],
  [
    'an answer that is no JSON',
    (http) => http.get('/text', { responseType: 'json', transitional: { silentJSONParsing: false } }),
  ],
  ['an answer that is too long', (http) => http.get('/accounts/v1/balance', { maxContentLength: 1 })],
];

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('the AxiosError of either build of axios', () => {
  it.each(FAILURES)('is the class of errors of ContaSimplesHttpService: %s', async (_name, fail) => {
    const { http, emulator, tokens } = await boot({ emulator: { latencyMs: { resource: 20 } } });
    await tokens.getToken();
    commonJs();
    emulator.fail({ path: '/text' }, { body: 'no JSON', status: 200 }, { times: 2 });
    const error = await errorOf(fail(http.axiosRef));
    expect(error).toBeInstanceOf(Error);
    expect([error instanceof axios.AxiosError, error instanceof commonJs().AxiosError]).toEqual([true, true]);
    expect(error instanceof commonJs().CanceledError).toBe(false);
  });

  it.each(['import', 'require'])('is the class of errors of an attached instance of the build for %s', async (name) => {
    const { app, emulator } = await boot();
    const build = name === 'import' ? axios : commonJs();
    const instance = build.create({ baseURL: emulator.baseUrl });
    app.get(ContaSimplesAuthInterceptor).attach(instance);
    const error = await errorOf(instance.get('/nowhere'));
    expect(build.isAxiosError(error)).toBe(true);
    expect([error instanceof axios.AxiosError, error instanceof commonJs().AxiosError]).toEqual([true, true]);
  });

  it('holds for CanceledError as well', async () => {
    const { http } = await boot();
    const error = await errorOf(http.axiosRef.get('/accounts/v1/balance', { signal: AbortSignal.abort() }));
    for (const build of [axios, commonJs()]) {
      expect(error instanceof build.CanceledError).toBe(true);
      expect(error instanceof build.AxiosError).toBe(true);
      expect(build.isCancel(error)).toBe(true);
    }
  });

  it('accepts nothing else: errors of other instances, other errors, other values', async () => {
    const { http } = await boot();
    await errorOf(http.axiosRef.get('/nowhere'));
    const build = commonJs();
    const ofAnother = new axios.AxiosError('x', 'E', { headers: new axios.AxiosHeaders() });
    class Derived extends build.AxiosError {}
    const ours = await errorOf(http.axiosRef.get('/nowhere'));
    expect(ours instanceof Derived).toBe(false);
    for (const value of [
      ofAnother,
      new Error('x'),
      null,
      undefined,
      'x',
      {},
      { config: null },
      { config: { adapter: 'http' } },
    ]) {
      expect(value instanceof build.AxiosError).toBe(false);
    }
    expect(new build.CanceledError() instanceof build.AxiosError).toBe(true);
    expect(new Derived('x') instanceof build.AxiosError).toBe(true);
  });
});
