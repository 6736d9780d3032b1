import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import { type RecordedRequest, RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios';
import NodeFormData from 'form-data';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import type { ContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const BALANCE = '/accounts/v1/balance';

/** With a token that has worked once: such a one is replaced at once when it is refused. */
async function bootWarm(options: Parameters<typeof boot>[0] = {}) {
  const booted = await boot(options);
  await booted.http.axiosRef.get(`${booted.emulator.baseUrl}${BALANCE}`);
  booted.emulator.resetCounts();
  return booted;
}

/** An API that refuses the tokens of its list, and tells nothing else than the status of its path. */
async function bootWithApi(options: Parameters<typeof boot>[0] = {}) {
  const refused = new Set<string | undefined>();
  const api = await RecordingServer.start((response, { headers, target }) => {
    const status = /^\/status\/(\d+)/.exec(target)?.[1];
    response.writeHead(refused.has(headers.authorization) ? 401 : Number(status ?? 200)).end('{}');
  });
  const booted = await bootWarm({ ...options, options: { ...options.options, origins: [api.origin] } });
  const refuseHeldToken = async () => refused.add(`Bearer ${await booted.tokens.getAccessToken()}`);
  const request = (path: string, config: AxiosRequestConfig = {}) =>
    booted.http.axiosRef.request({ url: `${api.origin}${path}`, ...config });
  return { ...booted, api, refuseHeldToken, request };
}

/** How often each of the calls, which say their number in a header, came to the server. */
function timesSeen({ requests }: ContaSimplesEmulator): number[] {
  const seen = new Map<string, number>();
  for (const { kind, headers } of requests) {
    const call = headers['x-call'];
    if (kind === 'resource' && call !== undefined) seen.set(call, (seen.get(call) ?? 0) + 1);
  }
  return [...seen.values()];
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error('It was not rejected'),
    (reason: unknown) => reason,
  );
}

describe('a revoked token', () => {
  it.each([
    ['at once', 0],
    ['spread over 300 ms', 3],
  ])('costs one token request and no caller anything, with a hundred calls %s', async (_name, gapMs) => {
    const { http, emulator } = await bootWarm({ emulator: { latencyMs: { token: 40, resource: 5 } } });
    emulator.revokeTokens();
    const calls = Array.from({ length: 100 }, async (_unused, index) => {
      await delay(index * gapMs);
      return http.axiosRef.get(BALANCE, { headers: { 'X-Call': `${index}` } });
    });
    const answers = await Promise.all(calls);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
    expect(emulator.counts.resource.byStatus[200]).toBe(100);
    const seen = timesSeen(emulator);
    expect(seen).toHaveLength(100);
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
  });

  it('is replaced also for a caller who takes every status for an answer', async () => {
    const { http, emulator } = await bootWarm();
    emulator.revokeTokens();
    const { status } = await http.axiosRef.get(BALANCE, { validateStatus: () => true });
    expect(status).toBe(200);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1, 401: 1 });
  });

  it('is replaced for a streamed answer, whose first body need not be read', async () => {
    const { http, emulator } = await bootWarm();
    emulator.revokeTokens();
    const { data }: AxiosResponse<Readable> = await http.axiosRef.get(BALANCE, { responseType: 'stream' });
    expect(JSON.parse(await text(data))).toEqual({ amount: expect.any(Number) });
  });

  it('shows the caller the original 401 if no other can be had', async () => {
    const { http, emulator } = await bootWarm();
    emulator.revokeTokens();
    emulator.fail('token', { status: 400, body: { error: 'invalid_client' } });
    const error = await rejection(http.axiosRef.get(BALANCE));
    expect(axios.isAxiosError(error) && error.response?.status).toBe(401);
    expect(emulator.counts.token.total).toBe(1);
    expect(emulator.counts.resource.byStatus).toEqual({ 401: 1 });
  });

  it("gives up on another when the caller's timeout ends, and shows the original 401", async () => {
    const { http, emulator } = await bootWarm();
    emulator.revokeTokens();
    emulator.fail('token', { hang: true });
    // Long enough for the 401 to arrive on a busy machine.
    const error = await rejection(http.axiosRef.get(BALANCE, { timeout: 500 }));
    expect(axios.isAxiosError(error) && error.response?.status).toBe(401);
  });
});

describe('a request that is sent again', () => {
  it.each<[string, () => unknown, string, string]>([
    ['JSON', () => ({ a: 1, b: 'ü' }), '{"a":1,"b":"ü"}', 'application/json'],
    ['a string', () => 'hello wörld', 'hello wörld', 'application/x-www-form-urlencoded'],
    ['a Buffer', () => Buffer.from('bytes'), 'bytes', 'application/x-www-form-urlencoded'],
    ['an ArrayBuffer', () => new TextEncoder().encode('array').buffer, 'array', 'application/x-www-form-urlencoded'],
    [
      'URLSearchParams',
      () => new URLSearchParams({ a: '1 2' }),
      'a=1+2',
      'application/x-www-form-urlencoded;charset=utf-8',
    ],
  ])('has the same bytes and content type: %s', async (_name, data, body, contentType) => {
    const { request, api, refuseHeldToken, emulator } = await bootWithApi();
    await refuseHeldToken();
    const { status } = await request('/x', { method: 'post', data: data() });
    expect(status).toBe(200);
    expect(api.requests.map((received) => received.body.toString())).toEqual([body, body]);
    expect(api.requests.map(({ headers }) => headers['content-type'])).toEqual([contentType, contentType]);
    expect(new Set(api.authorizations).size).toBe(2);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('has no body where it had none', async () => {
    const { request, api, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    await request('/x?page=2', { method: 'delete', params: { a: 1 } });
    expect(api.requests.map(({ method, target }) => `${method} ${target}`)).toEqual(
      Array(2).fill('DELETE /x?page=2&a=1'),
    );
  });

  it.each([
    ['one after the other', 1],
    ['ten at a time', 10],
  ])('costs one token request where one route refuses every token and another none, %s', async (_name, atATime) => {
    const { request, emulator } = await bootWithApi();
    const statuses: (number | undefined)[] = [];
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: atATime }, async () => {
        const dead = rejection(request('/status/401'));
        expect((await request('/status/200')).status).toBe(200);
        const error = await dead;
        statuses.push(axios.isAxiosError(error) ? error.response?.status : undefined);
      });
      await Promise.all(calls);
    }
    expect(statuses).toEqual(Array(20 * atATime).fill(401));
    expect(emulator.counts.token.total).toBe(1);
  });

  it('is seen twice and no more by a server that refuses every token', async () => {
    const { request, api, emulator } = await bootWithApi();
    const errors = await Promise.all(Array.from({ length: 20 }, () => rejection(request('/status/401'))));
    expect(errors.every((error) => axios.isAxiosError(error) && error.response?.status === 401)).toBe(true);
    expect(api.requests).toHaveLength(40);
    expect(emulator.counts.token.total).toBe(1);
    // From now on, 401s are the resource's own affair.
    await rejection(request('/status/401'));
    expect(api.requests).toHaveLength(41);
    expect(emulator.counts.token.total).toBe(1);
  });
});

describe('a form that is sent again', () => {
  const platformForm = () => {
    const form = new FormData();
    form.set('note "1"', 'two\nlines');
    form.set('file', new File(['abc'], 'é.txt', { type: 'text/plain' }));
    form.append('blob', new Blob(['\0\xff']));
    return form;
  };
  const nodeForm = () => {
    const form = new NodeFormData();
    form.append('note', 'ünë');
    form.append('file', Buffer.from('abc'), { filename: 'a.txt', contentType: 'text/plain' });
    return form;
  };

  it.each<[string, 'http' | 'fetch', () => unknown]>([
    ['FormData', 'http', platformForm],
    ['FormData', 'fetch', platformForm],
    ['the package form-data', 'http', nodeForm],
    ['a Blob', 'http', () => new Blob(['bytes'], { type: 'text/x-blob' })],
    ['a Blob', 'fetch', () => new Blob(['bytes'], { type: 'text/x-blob' })],
  ])('has the same bytes and boundary: %s through the adapter %s', async (_name, adapter, data) => {
    const { app, api, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    const instance = axios.create({ adapter });
    app.get(ContaSimplesAuthInterceptor).attach(instance);
    const { status } = await instance.post(`${api.origin}/x`, data());
    expect(status).toBe(200);
    const [first, second] = api.requests;
    expect(api.requests).toHaveLength(2);
    expect(first?.body.length).toBeGreaterThan(4);
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['content-type']).toBe(first?.headers['content-type']);
    expect(second?.headers['content-length']).toBe(String(first?.body.length));
  });

  it.each<[string, 'http' | 'fetch', () => unknown]>([
    ['FormData', 'http', platformForm],
    ['FormData', 'fetch', platformForm],
    ['the package form-data', 'http', nodeForm],
  ])('reads as what axios would have sent: %s through the adapter %s', async (_name, adapter, data) => {
    const { app, api } = await bootWithApi();
    const instance = axios.create({ adapter });
    await axios.post(`${api.origin}/x`, data(), { adapter: 'http' });
    app.get(ContaSimplesAuthInterceptor).attach(instance);
    await instance.post(`${api.origin}/x`, data());
    const [plain, guarded] = await Promise.all(api.requests.map(readForm));
    expect(guarded?.length).toBeGreaterThan(1);
    expect(guarded).toEqual(plain);
  });
});

/** What a server makes of a form. */
async function readForm({ body, headers }: RecordedRequest) {
  const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
  return Promise.all(
    [...form].map(async ([name, value]) =>
      typeof value === 'string'
        ? { name, value }
        : { name, file: value.name, type: value.type, text: await value.text() },
    ),
  );
}

describe('a body that can be sent only once', () => {
  const form = () => {
    const data = new NodeFormData();
    data.append('file', Readable.from(['abc']), { filename: 'a.txt', knownLength: 3 });
    return data;
  };

  it.each<[string, () => unknown]>([
    ['a stream', () => Readable.from(['a', 'b'])],
    ['a form with a stream in it', form],
  ])('is never sent twice: %s', async (_name, body) => {
    const { request, api, refuseHeldToken, emulator } = await bootWithApi();
    await refuseHeldToken();
    const error = await rejection(request('/x', { method: 'post', data: body() }));
    expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
    expect(api.requests).toHaveLength(1);
    const { status } = await request('/x', { method: 'post', data: body() });
    expect(status).toBe(200);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('leaves its 401 to a caller who takes every status for an answer', async () => {
    const { request, api, refuseHeldToken } = await bootWithApi();
    await refuseHeldToken();
    const data = Readable.from(['a', 'b']);
    const { status } = await request('/x', { method: 'post', data, validateStatus: () => true });
    expect(status).toBe(401);
    expect(api.requests).toHaveLength(1);
  });
});

describe('anything but a 401', () => {
  it.each([400, 403, 404, 409, 422, 429, 500, 502, 503])('is never answered by sending again: %i', async (status) => {
    const { request, api, emulator } = await bootWithApi();
    const error = await rejection(request(`/status/${status}`, { method: 'post', data: {} }));
    expect(axios.isAxiosError(error) && error.response?.status).toBe(status);
    expect(api.requests).toHaveLength(1);
    expect(emulator.counts.token.total).toBe(0);
  });

  it.each([
    ['reset', { reset: 'before-headers' as const }],
    ['broken off', { closeMidBody: true }],
  ])('is never answered by sending again: a connection that is %s', async (_name, fault) => {
    const { http, emulator } = await bootWarm();
    emulator.fail('resource', fault);
    const error = await rejection(http.axiosRef.get(BALANCE));
    expect(axios.isAxiosError(error)).toBe(true);
    expect(emulator.counts.resource.total).toBe(1);
    expect(emulator.counts.token.total).toBe(0);
  });
});
