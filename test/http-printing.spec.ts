import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { types } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { expectNoTrace } from '@support/leaks.js';
import { closeServers } from '@support/listen.js';
import { type Answer, RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';

const agents: Agent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await closeAll();
  await closeServers();
});

/** Paths of the API say how it answers. */
const answer: Answer = (response, { target }) => {
  const status = /^\/status\/(\d+)/.exec(target)?.[1];
  if (status) response.writeHead(Number(status)).end('{"error":"nope"}');
  else if (target === '/reset') response.socket?.resetAndDestroy();
  else if (target === '/break')
    response.writeHead(200, { 'content-length': '1000' }).write('half', () => response.destroy());
  else if (target === '/large') response.end('x'.repeat(100_000));
  else if (target === '/text') response.end('not json');
  else if (target !== '/hang') response.end('{"a":1}');
};

const WAYS = [
  'ContaSimplesHttpService',
  'an attached instance',
  'an attached instance with a keep-alive agent',
  'fetch',
] as const;
type Way = (typeof WAYS)[number];

async function prepare(way: Way) {
  const api = await RecordingServer.start(answer);
  const { app, http, tokens } = await boot({ options: { origins: [api.origin] } });
  const token = await tokens.getAccessToken();
  const instance = way === 'ContaSimplesHttpService' ? http.axiosRef : attached(way);
  if (way !== 'ContaSimplesHttpService') app.get(ContaSimplesAuthInterceptor).attach(instance);
  const url = (path: string) => `${api.origin}${path}`;
  // A token that has worked may be replaced at once.
  await instance.get(url('/x'));
  api.requests.length = 0;
  const leave = new AbortController();
  // Others are under way on the same agent, their raw headers in its sockets.
  const others = [1, 2].map(() => instance.get(url('/hang'), { signal: leave.signal }).catch(() => undefined));
  while (api.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const finish = async () => {
    leave.abort();
    await Promise.all(others);
  };
  const newToken = () => tokens.getAccessToken();
  return { api, instance, token, newToken, url, finish };
}

function attached(way: Way): AxiosInstance {
  if (way === 'fetch') return axios.create({ adapter: 'fetch' });
  if (way === 'an attached instance') return axios.create();
  const agent = new Agent({ keepAlive: true });
  agents.push(agent);
  return axios.create({ httpAgent: agent });
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => raise('It should have been rejected'),
    (reason: unknown) => reason,
  );
}

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
    const { instance, token, newToken, url, finish } = await prepare(way);
    const error = await rejection(instance.request({ url: url(path), ...config }));
    expectNoTrace(error, token);
    expectNoTrace(error, await newToken());
    const { config: shown, request, response } = error as { config?: unknown; request?: unknown; response?: unknown };
    for (const part of [shown, request, response]) expectNoTrace(part, token);
    await finish();
  });

  it('holds no token after the connection was refused', async () => {
    const { api, instance, token, url, finish } = await prepare(way);
    await finish();
    await api.listening.close();
    expectNoTrace(await rejection(instance.get(url('/x'))), token);
  });

  it('holds no token after it was cancelled', async () => {
    const { api, instance, token, url, finish } = await prepare(way);
    const abort = new AbortController();
    const error = rejection(instance.get(url('/hang'), { signal: abort.signal }));
    while (api.requests.length < 3) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expectNoTrace(await error, token);
    await finish();
  });

  it('holds no token in an answer', async () => {
    const { instance, token, url, finish } = await prepare(way);
    const response = await instance.get(url('/x'), { params: { page: 2 } });
    for (const part of [response, response.config, response.request, response.headers]) expectNoTrace(part, token);
    await finish();
  });

  it("gives the caller's own config back, and a description of the request", async () => {
    const { instance, url, finish, api } = await prepare(way);
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
    const { instance, token, url, finish } = await prepare(way);
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

describe.each(WAYS.filter((way) => way !== 'fetch'))('a streamed answer through %s', (way) => {
  it('lets go of its connection when it is destroyed unread', async () => {
    const { api, instance, token, url, finish } = await prepare(way);
    await finish();
    const response: AxiosResponse<Readable> = await instance.get(url('/break'), { responseType: 'stream' });
    response.data.on('error', () => {});
    response.data.destroy();
    expectNoTrace(response, token);
    await api.listening.allClosed();
  });

  it('tells its reader, without a token, that it broke off', async () => {
    const { instance, token, url, finish } = await prepare(way);
    const response: AxiosResponse<Readable> = await instance.get(url('/break'), { responseType: 'stream' });
    const error = await rejection(text(response.data));
    expect(types.isNativeError(error)).toBe(true);
    expectNoTrace(error, token);
    expectNoTrace(response.data, token);
    await finish();
  });

  it('tells its reader, without a token, that it is too large', async () => {
    const { instance, token, url, finish } = await prepare(way);
    const config = { responseType: 'stream' as const, maxContentLength: 1_000 };
    const response: AxiosResponse<Readable> = await instance.get(url('/large'), config);
    const error = await rejection(text(response.data));
    expect(axios.isAxiosError(error)).toBe(true);
    expectNoTrace(error, token);
    await finish();
  });

  it('tells its reader, without a token, that it was cancelled', async () => {
    const { instance, token, url, finish } = await prepare(way);
    const abort = new AbortController();
    const config = { responseType: 'stream' as const, signal: abort.signal };
    const response: AxiosResponse<Readable> = await instance.get(url('/large'), config);
    const error = rejection(text(response.data));
    abort.abort();
    expectNoTrace(await error, token);
    await finish();
  });
});

describe.each(WAYS.filter((way) => way !== 'fetch'))('a streamed body through %s', (way) => {
  it('leads nobody who prints it to the token', async () => {
    const { api, instance, token, url, finish } = await prepare(way);
    const body = Readable.from(['a', 'b', 'c']);
    const response = await instance.post(url('/x'), body);
    expect(api.requests.at(-1)?.body.toString()).toBe('abc');
    expectNoTrace(body, token);
    expectNoTrace(response, token);
    await finish();
  });

  it('leads nobody who prints it to the token while it is being sent, or when it is too large', async () => {
    const { instance, token, url, finish } = await prepare(way);
    const body = new Readable({ read() {} });
    body.push('x'.repeat(100));
    const error = rejection(instance.post(url('/x'), body, { maxBodyLength: 1_000 }));
    await new Promise((resolve) => setImmediate(resolve));
    expectNoTrace(body, token);
    body.push('x'.repeat(1_000));
    expectNoTrace(await error, token);
    expectNoTrace(body, token);
    await finish();
  });
});

describe('an agent of the application', () => {
  it('can still be read from the config, and goes on serving', async () => {
    const { instance, url, finish } = await prepare('an attached instance with a keep-alive agent');
    const response = await instance.get(url('/x'));
    expect(response.config.httpAgent).toBe(agents[0]);
    const again = await instance.request(response.config);
    expect(again.config.httpAgent).toBe(agents[0]);
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
      expectNoTrace(value, token);
      expectNoTrace(value, 'proxy-password-of-ours');
    }
    subscription.unsubscribe();
  });
});

function raise(message: string): never {
  throw new Error(message);
}
