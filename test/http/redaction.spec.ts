import { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot } from '@support/boot.js';
import { bootBusy, closeBusy, rejection, WAYS } from '@support/busy-api.js';
import { expectNoTrace } from '@support/leaks.js';
import { RecordingServer } from '@support/recording-server.js';
import type { AxiosError, AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';

afterEach(closeBusy);

describe.each(WAYS)('what is printed of a request through %s', (way) => {
  it.each<[string, string, AxiosRequestConfig]>([
    ['a 400', '/status/400', {}],
    ['a 401 to the end', '/status/401', {}],
    ['a 404 with a stream', '/status/404', { responseType: 'stream' }],
    ['a 503', '/status/503', {}],
    ['a redirect', '/status/302', {}],
    ['a connection that is reset', '/reset', {}],
    ['an answer that breaks off', '/break', {}],
    ['a timeout', '/hang', { timeout: 60 }],
    ['an answer that is too large', '/large', { maxContentLength: 1_000 }],
    ['an answer that is no JSON', '/text', { responseType: 'json', transitional: { silentJSONParsing: false } }],
    ['a body that is too large', '/x', { method: 'post', data: 'x'.repeat(2_000), maxBodyLength: 1_000 }],
    ['params that cannot be written', '/x', { params: { a: 1 }, paramsSerializer: () => raise('These params') }],
  ])('holds no token after %s', async (_name, path, config) => {
    const { instance, token, newToken, url, finish } = await bootBusy(way);
    const error = await rejection(instance.request({ url: url(path), ...config }));
    expectNoTrace(error, token, await newToken());
    const { config: shown, request, response } = error as { config?: unknown; request?: unknown; response?: unknown };
    for (const part of [shown, request, response]) expectNoTrace(part, token);
    await finish();
  });

  it('holds no token after the connection was refused', async () => {
    const { api, instance, token, url, finish } = await bootBusy(way);
    await finish();
    await api.listening.close();
    expectNoTrace(await rejection(instance.get(url('/x'))), token);
  });

  it('holds no token after it was cancelled', async () => {
    const { api, instance, token, url, finish } = await bootBusy(way);
    const abort = new AbortController();
    const error = rejection(instance.get(url('/hang'), { signal: abort.signal }));
    await api.received(3);
    abort.abort();
    expectNoTrace(await error, token);
    await finish();
  });

  it('holds no token in an answer', async () => {
    const { instance, token, url, finish } = await bootBusy(way);
    const response = await instance.get(url('/x'), { params: { page: 2 } });
    for (const part of [response, response.config, response.request, response.headers]) expectNoTrace(part, token);
    await finish();
  });

  it("gives the caller's own config back, and a description of the request", async () => {
    const { instance, url, finish, api } = await bootBusy(way);
    let sent: unknown;
    instance.interceptors.request.use((config) => {
      sent = config;
      return config;
    });
    const response = await instance.get(url('/x'), { params: { page: 2 }, headers: { 'X-Mine': '1' } });
    expect(response.config).toBe(sent);
    expect(response.config.headers.get('X-Mine')).toBe('1');
    expect(response.config.url).toBe(url('/x'));
    expect(response.request).toEqual({
      method: 'GET',
      host: `127.0.0.1:${api.port}`,
      path: '/x?page=2',
      res: { responseUrl: url('/x?page=2') },
    });
    await finish();
  });

  it('holds no token in a streamed answer: before, while and after it is read', async () => {
    const { instance, token, url, finish } = await bootBusy(way);
    const response: AxiosResponse<Readable> = await instance.get(url('/large'), { responseType: 'stream' });
    expectNoTrace(response, token);
    expectNoTrace(response.data, token);
    const read = text(response.data);
    expectNoTrace(response.data, token);
    expect((await read).length).toBe(100_000);
    expectNoTrace(response, token);
    await finish();
  });
});

describe('an agent of the application', () => {
  it('can still be read from the config, and goes on serving', async () => {
    const { instance, url, finish } = await bootBusy('an attached instance with a keep-alive agent');
    const response = await instance.get(url('/x'));
    expect(response.config.httpAgent).toBe(instance.defaults.httpAgent);
    const again = await instance.request(response.config);
    expect(again.config.httpAgent).toBe(instance.defaults.httpAgent);
    await finish();
  });
});

describe('an agent of one request', () => {
  class CountedAgent extends Agent {
    uses = 0;

    override getName(...args: Parameters<Agent['getName']>): string {
      this.uses++;
      return super.getName(...args);
    }
  }

  it.each(['ContaSimplesHttpService', 'an attached instance'] as const)(
    'serves the retry with the config of an error or an answer as well, and gives no access to the token: %s',
    async (way) => {
      const { instance, token, url, finish } = await bootBusy(way);
      const httpAgent = new CountedAgent({ keepAlive: true });
      const hanging = rejection(instance.get(url('/hang'), { httpAgent, timeout: 500 }));
      const error = (await rejection(instance.get(url('/status/503'), { httpAgent }))) as AxiosError;
      const before = httpAgent.uses;
      const config = error.config as InternalAxiosRequestConfig;
      const again = (await rejection(instance.request(config))) as AxiosError;
      expect(httpAgent.uses).toBeGreaterThan(before);
      const copy = { ...again.config };
      expect(copy.httpAgent).toBe(httpAgent);
      for (const value of [error, config, again, again.config, copy, httpAgent]) expectNoTrace(value, token);
      expect(JSON.stringify(again)).not.toContain('httpAgent');
      expect(inspect(httpAgent)).toBe('[CountedAgent]');
      await hanging;
      await finish();
      httpAgent.destroy();
    },
  );

  it('that is frozen is left unchanged, and is not printed', async () => {
    const { instance, token, url, finish } = await bootBusy('an attached instance');
    const httpAgent = Object.preventExtensions(new Agent());
    const response = await instance.get(url('/x'), { httpAgent });
    expect(response.config.httpAgent).toBe(httpAgent);
    expect(Object.keys(response.config)).not.toContain('httpAgent');
    expectNoTrace(response, token);
    await finish();
  });
});

describe('a request that goes elsewhere without the token, beside others with it on the same agent', () => {
  it('holds no token of theirs, whether it was answered or failed', async () => {
    const { instance, token, finish } = await bootBusy('an attached instance with a keep-alive agent');
    const foreign = await RecordingServer.start((response, { target }) => {
      if (target === '/there') response.end('{"a":1}');
      else response.writeHead(302, { location: '/there' }).end();
    });
    const answer = await instance.get(`${foreign.origin}/here`);
    expect(answer.request).toMatchObject({ path: '/there', res: { responseUrl: `${foreign.origin}/there` } });
    const streamed: AxiosResponse<Readable> = await instance.get(`${foreign.origin}/there`, { responseType: 'stream' });
    const failed = await rejection(instance.get(`${foreign.origin}/here`, { maxRedirects: 0 }));
    const refused = await rejection(instance.get('http://127.0.0.1:1/x'));
    for (const value of [answer, streamed, failed, refused]) expectNoTrace(value, token);
    expect(await text(streamed.data)).toBe('{"a":1}');
    expect(JSON.stringify(foreign.requests)).not.toContain(token);
    await finish();
  });
});

describe("the library's own objects", () => {
  it('hold no token and no password of the proxy, with requests under way', async () => {
    const proxy = await RecordingServer.start();
    const { http, app, emulator, tokens } = await boot({
      options: { proxy: `http://proxy-user:proxy-password-of-ours@127.0.0.1:${proxy.port}` },
    });
    const token = await tokens.getAccessToken();
    emulator.fail('resource', { hang: true });
    const subscription = http.get('/accounts/v1/balance').subscribe();
    await emulator.waitForRequest('resource');
    const error = await rejection(http.axiosRef.get('/nowhere'));
    for (const value of [http, http.axiosRef, tokens, app.get(ContaSimplesAuthInterceptor), error]) {
      expectNoTrace(value, token, 'proxy-password-of-ours');
    }
    subscription.unsubscribe();
  });
});

function raise(message: string): never {
  throw new Error(message);
}
