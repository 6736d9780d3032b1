import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const BALANCE = '/accounts/v1/balance';

/** With a token that has worked once: such a one is replaced at once when it is refused. */
async function bootWarm(options: Parameters<typeof boot>[0] = {}) {
  const booted = await boot(options);
  await booted.tokens.fetch(BALANCE);
  booted.emulator.resetCounts();
  return booted;
}

/** An API that refuses the tokens of its list, in a body that ends only when its reader leaves. */
async function bootWithApi() {
  const refused = new Set<string | undefined>();
  const left: Promise<void>[] = [];
  const api = await RecordingServer.start((response, { headers, target }) => {
    const status = /^\/status\/(\d+)/.exec(target)?.[1];
    if (!refused.has(headers.authorization)) {
      response.writeHead(Number(status ?? 200)).end('{}');
      return;
    }
    left.push(new Promise((resolve) => response.on('close', resolve)));
    response.writeHead(401).write('refused, and more of that to come');
  });
  const booted = await bootWarm({ options: { origins: [api.origin] } });
  const refuseHeldToken = async () => refused.add(`Bearer ${await booted.tokens.getAccessToken()}`);
  return { ...booted, api, url: `${api.origin}/x`, left, refuseHeldToken };
}

describe('a revoked token', () => {
  it.each([
    ['at once', 0],
    ['spread over 300 ms', 3],
  ])('costs one token request and no caller of fetch() anything, with a hundred calls %s', async (_name, gapMs) => {
    const { tokens, emulator } = await bootWarm({ emulator: { latencyMs: { token: 40, resource: 5 } } });
    emulator.revokeTokens();
    const calls = Array.from({ length: 100 }, async (_unused, index) => {
      await delay(index * gapMs);
      return tokens.fetch(BALANCE);
    });
    const answers = await Promise.all(calls);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
    expect(emulator.counts.resource.byStatus[200]).toBe(100);
    expect(emulator.counts.resource.byStatus[401] ?? 0).toBeLessThanOrEqual(100);
  });

  it('is shared with the calls of ContaSimplesHttpService', async () => {
    const { tokens, http, emulator } = await bootWarm();
    emulator.revokeTokens();
    const [fetched, sent] = await Promise.all([tokens.fetch(BALANCE), http.axiosRef.get(BALANCE)]);
    expect([fetched.status, sent.status]).toEqual([200, 200]);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('shows the caller the original 401, still to be read, if no other can be had', async () => {
    const { tokens, emulator } = await bootWarm();
    emulator.revokeTokens();
    emulator.fail('token', { status: 400, body: { error: 'invalid_client' } });
    const response = await tokens.fetch(BALANCE);
    expect(response.status).toBe(401);
    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toMatchObject({ code: 401 });
    expect(emulator.counts.resource.byStatus).toEqual({ 401: 1 });
  });

  it("ends with the caller's signal while another is awaited", async () => {
    const { tokens, emulator } = await bootWarm();
    emulator.revokeTokens();
    emulator.fail('token', { hang: true });
    const abort = new AbortController();
    const leaving = rejection(tokens.fetch(BALANCE, { signal: abort.signal }));
    await emulator.waitForRequest('token');
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await leaving).toBe(reason);
    expect(emulator.counts.resource.byStatus).toEqual({ 401: 1 });
  });
});

describe('a request of fetch() that is sent again', () => {
  const form = () => {
    const data = new FormData();
    data.set('note', 'two\nlines');
    data.set('file', new File(['abc'], 'a.txt', { type: 'text/plain' }));
    return data;
  };
  it.each<[string, () => RequestInit['body'], string]>([
    ['a string', () => 'hello wörld', 'text/plain;charset=UTF-8'],
    ['URLSearchParams', () => new URLSearchParams({ a: '1 2' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a Blob', () => new Blob(['bytes'], { type: 'text/x-blob' }), 'text/x-blob'],
    ['FormData', form, 'multipart/form-data; boundary='],
  ])('has the same bytes and content type: %s', async (_name, body, contentType) => {
    const { tokens, api, url, emulator, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    const { status } = await tokens.fetch(url, { method: 'POST', body: body() });
    expect(status).toBe(200);
    const [first, second] = api.requests;
    expect(api.requests).toHaveLength(2);
    expect(second?.body).toEqual(first?.body);
    expect(first?.headers['content-type']).toContain(contentType);
    expect(second?.headers['content-type']).toBe(first?.headers['content-type']);
    expect(second?.headers['content-length']).toBe(String(first?.body.length));
    expect(new Set(api.authorizations).size).toBe(2);
    expect(emulator.counts.token.total).toBe(1);
  });

  it.each<[string, () => RequestInit['body']]>([
    ['a Buffer', () => Buffer.from('bytes')],
    ['an ArrayBuffer', () => new TextEncoder().encode('bytes').buffer],
  ])('has the same bytes and no content type: %s', async (_name, body) => {
    const { tokens, api, url, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    await tokens.fetch(url, { method: 'PATCH', body: body() });
    expect(api.requests.map(({ method, body: sent }) => `${method} ${sent}`)).toEqual(Array(2).fill('PATCH bytes'));
    expect(api.requests.map(({ headers }) => headers['content-type'])).toEqual([undefined, undefined]);
  });

  it.each<[string, (url: string) => [Request, RequestInit?]]>([
    ['without a body', (url) => [new Request(url, { method: 'DELETE', headers: { 'X-Mine': '1' } })]],
    [
      'with a body in init',
      (url) => [new Request(url, { method: 'POST', headers: { 'X-Mine': '1' } }), { body: form() }],
    ],
  ])('is that of a Request %s', async (_name, given) => {
    const { tokens, api, url, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    const { status } = await tokens.fetch(...given(url));
    expect(status).toBe(200);
    const [first, second] = api.requests;
    expect(second?.method).toBe(first?.method);
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers).toEqual({ ...first?.headers, authorization: second?.headers.authorization });
    expect(first?.headers['x-mine']).toBe('1');
  });

  it('leaves no reader on the first answer', async () => {
    const { tokens, url, left, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    expect((await tokens.fetch(url)).status).toBe(200);
    await Promise.all(left);
    expect(left).toHaveLength(1);
  });

  it('is seen twice and no more by a server that refuses every token', async () => {
    const { tokens, api, emulator } = await bootWithApi();
    const url = `${api.origin}/status/401`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => tokens.fetch(url)));
    expect(answers.every(({ status }) => status === 401)).toBe(true);
    expect(api.requests).toHaveLength(40);
    expect((await tokens.fetch(url)).status).toBe(401);
    expect(api.requests).toHaveLength(41);
    expect(emulator.counts.token.total).toBe(1);
  });

  it.each([400, 403, 404, 409, 422, 429, 500, 502, 503])('is never one that was answered with %i', async (status) => {
    const { tokens, api, emulator } = await bootWithApi();
    const response = await tokens.fetch(`${api.origin}/status/${status}`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(status);
    expect(api.requests).toHaveLength(1);
    expect(emulator.counts.token.total).toBe(0);
  });
});

describe('a body of fetch() that can be sent only once', () => {
  const stream = () => new Blob(['a', 'b']).stream();

  it.each<[string, (url: string) => [string | Request, RequestInit]]>([
    ['a ReadableStream', (url) => [url, { method: 'POST', body: stream(), duplex: 'half' }]],
    ["a stream of Node's", (url) => [url, { method: 'POST', body: Readable.from(['a', 'b']), duplex: 'half' }]],
    ['a Request with a stream', (url) => [new Request(url, { method: 'POST', body: stream(), duplex: 'half' }), {}]],
    ['a Request with its own body', (url) => [new Request(url, { method: 'POST', body: 'ab' }), {}]],
  ])('is never sent twice: %s', async (_name, given) => {
    const { tokens, api, url, emulator, left, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    const error = await rejection(tokens.fetch(...given(url)));
    expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
    await Promise.all(left);
    expect(api.requests).toHaveLength(1);
    const { status } = await tokens.fetch(...given(url));
    expect(status).toBe(200);
    expect(api.requests.at(-1)?.body.toString()).toBe('ab');
    expect(emulator.counts.token.total).toBe(1);
  });
});
