import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { constants, createServer as createHttp2Server, type Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers, listen } from '@support/listen.js';
import axios, { type AxiosRequestConfig, type ResponseType } from 'axios';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

/** What the answers of both kinds of server have in common here. */
interface Answered {
  writeHead(status: number, headers?: Record<string, string | number>): unknown;
  write(text: string): unknown;
  end(text: string): unknown;
  destroy(): unknown;
  /** Over HTTP/2. */
  readonly stream?: { close(code: number): unknown };
}

/** Answers of which the status arrives, and the body does not. */
const BROKEN: Record<string, (response: Answered, status: number) => void> = {
  'breaks off': (response, status) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': 100 });
    response.write('{"a');
    setTimeout(
      () => (response.stream ? response.stream.close(constants.NGHTTP2_INTERNAL_ERROR) : response.destroy()),
      20,
    );
  },
  'is longer than the caller takes': (response, status) => {
    response.writeHead(status, { 'content-length': 3_000 });
    response.end('x'.repeat(3_000));
  },
  'is longer than the caller takes, and says nothing of it': (response, status) => {
    response.writeHead(status);
    response.write('x'.repeat(1_500));
    response.end('x'.repeat(1_500));
  },
  'is compressed and no gzip': (response, status) => {
    response.writeHead(status, { 'content-encoding': 'gzip' });
    response.end('xxxxx');
  },
};

async function prepare(isHttp2: boolean, answer: (response: Answered) => void) {
  const seen: (string | undefined)[] = [];
  let refused: string | undefined;
  const handle = ({ headers }: { headers: IncomingHttpHeaders }, response: ServerResponse | Http2ServerResponse) => {
    seen.push(headers.authorization);
    if (headers.authorization === refused) answer(response as unknown as Answered);
    else response.end('{}');
  };
  const server = await listen(isHttp2 ? createHttp2Server(handle) : createServer(handle));
  const origin = `http://127.0.0.1:${server.port}`;
  const booted = await boot({ options: { origins: [origin] } });
  const attach = (config: AxiosRequestConfig) => {
    const instance = axios.create({ baseURL: origin, maxContentLength: 2_000, ...config });
    booted.app.get(ContaSimplesAuthInterceptor).attach(instance);
    return instance;
  };
  const first = `Bearer ${await booted.tokens.getAccessToken()}`;
  const version = isHttp2 ? { httpVersion: 2 as const } : {};
  // A token that has worked may be replaced at once.
  await attach(version).get('/');
  refused = first;
  seen.length = 0;
  booted.emulator.resetCounts();
  return { ...booted, attach, origin, seen, first };
}

const ADAPTERS: [string, AxiosRequestConfig][] = [
  ['the fetch adapter', { adapter: 'fetch' }],
  ['a list of adapters', { adapter: ['xhr', 'fetch'] }],
  ['the fetch adapter itself', { adapter: axios.getAdapter('fetch') }],
  ['HTTP/2', { httpVersion: 2 }],
];
const CASES = ADAPTERS.flatMap(([name, config]) => Object.keys(BROKEN).map((what) => [name, what, config] as const));

describe('a 401 whose body does not arrive', () => {
  it.each(CASES)('is refreshed and replayed over %s: one that %s', async (_name, what, config) => {
    const api = await prepare(config.httpVersion === 2, (response) => BROKEN[what]?.(response, 401));
    const { status } = await api.attach(config).post('/', { a: 1 });
    expect(status).toBe(200);
    const fresh = `Bearer ${await api.tokens.getAccessToken()}`;
    expect(fresh).not.toBe(api.first);
    expect(api.seen).toEqual([api.first, fresh]);
    expect(api.emulator.counts.token.total).toBe(1);
  });

  const TYPES: ResponseType[] = ['arraybuffer', 'blob', 'json', 'text', 'stream', 'formdata'];
  it.each(TYPES)('is refreshed and replayed over the fetch adapter as responseType %s', async (responseType) => {
    const api = await prepare(false, (response) => BROKEN['breaks off']?.(response, 401));
    const isForm = responseType === 'formdata';
    const sent = api.attach({ adapter: 'fetch', responseType }).get('/');
    // The good answer is no form either.
    if (isForm) expect(axios.isAxiosError(await rejection(sent))).toBe(true);
    else expect((await sent).status).toBe(200);
    expect(api.seen).toHaveLength(2);
    expect(api.emulator.counts.token.total).toBe(1);
  });

  it.each(TYPES.slice(0, 5))('is refreshed and replayed over HTTP/2 as responseType %s', async (responseType) => {
    const api = await prepare(true, (response) => BROKEN['breaks off']?.(response, 401));
    expect((await api.attach({ httpVersion: 2, responseType }).get('/')).status).toBe(200);
    expect(api.seen).toHaveLength(2);
    expect(api.emulator.counts.token.total).toBe(1);
  });

  it.each(Object.keys(BROKEN))('is refreshed and replayed through tokens.fetch(): one that %s', async (what) => {
    const api = await prepare(false, (response) => BROKEN[what]?.(response, 401));
    const response = await api.tokens.fetch(`${api.origin}/`, { method: 'POST', body: '{}' });
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(api.emulator.counts.token.total).toBe(1);
  });

  it.each(ADAPTERS)('is not_replayable over %s where the body can be sent only once', async (_name, config) => {
    const api = await prepare(config.httpVersion === 2, (response) => BROKEN['breaks off']?.(response, 401));
    const error = await rejection(api.attach(config).post('/', Readable.from(['once'])));
    expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
    expect(api.seen).toEqual([api.first]);
  });
});

describe('another answer whose body does not arrive', () => {
  it.each(CASES)('keeps the token over %s: one that %s', async (_name, what, config) => {
    for (const status of [200, 403, 500]) {
      const api = await prepare(config.httpVersion === 2, (response) => BROKEN[what]?.(response, status));
      const error = await rejection(api.attach(config).get('/'));
      expect(axios.isAxiosError(error)).toBe(true);
      expect(api.seen).toEqual([api.first]);
      expect(api.emulator.counts.token.total).toBe(0);
    }
  });
});
