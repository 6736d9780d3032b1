import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { expectNoTrace } from '@support/leaks.js';
import { closeServers } from '@support/listen.js';
import { type Answer, RecordingServer } from '@support/recording-server.js';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import type { ContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const BALANCE = '/accounts/v1/balance';

async function bootWithApi(answer?: Answer) {
  const api = await RecordingServer.start(answer);
  const booted = await boot({ options: { origins: [api.origin], userAgent: 'shop/1.2.3' } });
  const token = await booted.tokens.getAccessToken();
  return { ...booted, api, token, bearer: `Bearer ${token}` };
}

function lastResource(emulator: ContaSimplesEmulator) {
  return emulator.requests.findLast(({ kind }) => kind === 'resource');
}

describe('tokens.fetch()', () => {
  it('takes relative URLs as those of the API, and sends the token', async () => {
    const { tokens, emulator } = await boot();
    for (const path of [BALANCE, BALANCE.slice(1)]) {
      const response = await tokens.fetch(path);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ amount: expect.any(Number) });
    }
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 2 });
    expect(emulator.counts.token.total).toBe(1);
  });

  it('keeps the path of a base URL', async () => {
    const gateway = await RecordingServer.start((response, { target }) => {
      const token = { access_token: 'token-of-the-gateway', token_type: 'Bearer', expires_in: 1800 };
      response.end(target.endsWith('/access-token') ? JSON.stringify(token) : '{}');
    });
    const { tokens } = await boot({ options: { baseUrl: `${gateway.origin}/conta-simples/` } });
    await tokens.fetch('/accounts/v1/balance?page=2#top');
    await tokens.fetch(new URL('/elsewhere', gateway.origin));
    expect(gateway.requests.slice(1).map(({ target }) => target)).toEqual([
      '/conta-simples/accounts/v1/balance?page=2',
      '/elsewhere',
    ]);
    expect(gateway.authorizations.slice(1)).toEqual(Array(2).fill('Bearer token-of-the-gateway'));
  });

  it.each<[string, (url: string) => string | URL | Request]>([
    ['a string', (url) => url],
    ['a URL', (url) => new URL(url)],
    ['a Request', (url) => new Request(url, { headers: { 'X-Mine': '1' } })],
  ])('takes %s, with what init changes', async (_name, input) => {
    const { tokens, api, bearer } = await bootWithApi();
    const init = { method: 'PUT', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } };
    await tokens.fetch(input(`${api.origin}/x`), init);
    expect(api.requests[0]).toMatchObject({ method: 'PUT', target: '/x' });
    expect(api.requests[0]?.headers).toMatchObject({ authorization: bearer, 'content-type': 'application/json' });
    expect(api.requests[0]?.body.toString()).toBe('{"a":1}');
  });

  it('takes method, headers and body from a Request, which keeps no token', async () => {
    const { tokens, api, bearer, token } = await bootWithApi();
    const request = new Request(`${api.origin}/x`, { method: 'POST', body: 'bytes', headers: { 'X-Mine': '1' } });
    await tokens.fetch(request);
    expect(api.requests[0]).toMatchObject({ method: 'POST', target: '/x' });
    expect(api.requests[0]?.headers).toMatchObject({ authorization: bearer, 'x-mine': '1' });
    expect(api.requests[0]?.body.toString()).toBe('bytes');
    expect(request.headers.has('Authorization')).toBe(false);
    expectNoTrace(request, token);
  });

  it("introduces itself as ContaSimplesHttpService does, unless the caller's headers say otherwise", async () => {
    const { tokens, api } = await bootWithApi();
    await tokens.fetch(`${api.origin}/x`);
    await tokens.fetch(`${api.origin}/x`, { headers: { 'user-agent': 'mine' } });
    expect(api.requests.map(({ headers }) => headers['user-agent'])).toEqual(['shop/1.2.3', 'mine']);
  });

  it('sends every header of the caller, in every form that they may have', async () => {
    const { tokens, api, bearer } = await bootWithApi();
    const record = { 'X-Order': '7', constructor: 'a name like any other', 'USER-AGENT': 'mine' };
    const expected = { 'x-order': '7', constructor: 'a name like any other', 'user-agent': 'mine' };
    for (const headers of [record, Object.entries(record), new Headers(record)]) {
      await tokens.fetch(`${api.origin}/x`, { headers });
      expect(api.requests.at(-1)?.headers).toMatchObject({ ...expected, authorization: bearer });
    }
    expect(record).toEqual({ 'X-Order': '7', constructor: 'a name like any other', 'USER-AGENT': 'mine' });
  });

  it('sends the token of the account that init names', async () => {
    const pair = { apiKey: 'key-of-matriz-0001', apiSecret: 'secret-of-matriz-0001' };
    const { tokens, emulator } = await boot({
      options: { apiKey: undefined, apiSecret: undefined, accounts: { matriz: pair } },
      emulator: { accounts: [{ name: 'matriz', ...pair }] },
    });
    await tokens.fetch(BALANCE, { account: 'matriz' });
    expect(emulator.counts.resource.byAccount).toEqual({ matriz: 1 });
    const error = await rejection(tokens.fetch(BALANCE));
    expect(isContaSimplesAuthError(error, 'unknown_account')).toBe(true);
  });

  it("sends the caller's own Authorization untouched, and does nothing about a 401 to it", async () => {
    const { tokens, api, emulator } = await bootWithApi((response) => response.writeHead(401).end());
    const headers = { authorization: 'Bearer of-the-caller' };
    const url = `${api.origin}/x`;
    const forms = [headers, { AUTHORIZATION: headers.authorization }, new Headers(headers), Object.entries(headers)];
    for (const form of forms) expect(await tokens.fetch(url, { headers: form })).toHaveProperty('status', 401);
    expect(await tokens.fetch(new Request(url, { headers }))).toHaveProperty('status', 401);
    expect(api.authorizations).toEqual(Array(5).fill('Bearer of-the-caller'));
    expect(emulator.counts.token.total).toBe(1);
  });

  it('leaves out the token with contaSimplesAuth: false', async () => {
    const { tokens, emulator } = await boot();
    const { status } = await tokens.fetch(BALANCE, { contaSimplesAuth: false });
    expect(status).toBe(401);
    expect(lastResource(emulator)?.headers.authorization).toBeUndefined();
  });

  it('sends nothing where there is no token', async () => {
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    emulator.fail('token', { status: 401 }, { times: Number.POSITIVE_INFINITY });
    const error = await rejection(tokens.fetch(BALANCE));
    expect(isContaSimplesAuthError(error, 'credentials_rejected')).toBe(true);
    expect(emulator.counts.resource.total).toBe(0);
  });

  it('rejects what is no address at all', async () => {
    const { tokens, emulator } = await boot();
    await expect(tokens.fetch({ url: BALANCE } as unknown as string)).rejects.toThrow(TypeError);
    expect(emulator.counts.resource.total).toBe(0);
  });
});

describe('a redirect to tokens.fetch()', () => {
  it.each([301, 302, 303, 307, 308])('with status %i is returned and not followed', async (status) => {
    const foreign = await RecordingServer.start();
    const { tokens, api } = await bootWithApi((response) =>
      response.writeHead(status, { location: `${foreign.origin}/x` }).end(),
    );
    const url = `${api.origin}/x`;
    for (const response of [
      await tokens.fetch(url),
      await tokens.fetch(url, { redirect: 'follow' }),
      await tokens.fetch(new Request(url)),
      await tokens.fetch(url, { headers: { Authorization: 'Bearer of-the-caller' } }),
    ]) {
      expect(response.status).toBe(status);
      expect(response.headers.get('location')).toBe(`${foreign.origin}/x`);
    }
    await expect(tokens.fetch(url, { redirect: 'error' })).rejects.toThrow('fetch failed');
    await expect(tokens.fetch(new Request(url, { redirect: 'error' }))).rejects.toThrow('fetch failed');
    expect(foreign.requests).toEqual([]);
  });
});

describe('a caller of tokens.fetch() who waits for a token', () => {
  it('can leave by its signal, with its own reason, and the shared request goes on for the others', async () => {
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    emulator.fail('token', { delayMs: 100 });
    const abort = new AbortController();
    const leaving = rejection(tokens.fetch(BALANCE, { signal: abort.signal }));
    const request = new Request(emulator.baseUrl + BALANCE, { signal: abort.signal });
    const leavingToo = rejection(tokens.fetch(request));
    const staying = tokens.fetch(BALANCE);
    await emulator.waitForRequest('token');
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await Promise.all([leaving, leavingToo])).toEqual([reason, reason]);
    expect(emulator.counts.token.inFlight).toBe(1);
    expect((await staying).status).toBe(200);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
    expect(emulator.counts.token.total).toBe(1);
  });

  it('sends nothing where it had left before, or leaves in the turn in which the token comes', async () => {
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    const aborted = await rejection(tokens.fetch(BALANCE, { signal: AbortSignal.abort() }));
    expect(aborted).toMatchObject({ name: 'AbortError' });
    expect(emulator.counts.token.total).toBe(0);
    const abort = new AbortController();
    const before = tokens.getToken().then(() => abort.abort());
    expect(await rejection(tokens.fetch(BALANCE, { signal: abort.signal }))).toMatchObject({ name: 'AbortError' });
    await before;
    await tokens.fetch('/statements/v1/credit-card');
    expect(emulator.counts.resource.byPath).toEqual({ '/statements/v1/credit-card': 1 });
  });

  it('can leave a token endpoint that never answers, and leaves no listener behind', async () => {
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    emulator.fail('token', { hang: true });
    const late = await rejection(tokens.fetch(BALANCE, { signal: AbortSignal.timeout(50) }));
    expect(late).toMatchObject({ name: 'TimeoutError' });
    const { signal } = new AbortController();
    const ours = rejection(tokens.fetch(BALANCE, { signal }));
    await tokens.getToken(undefined, { timeoutMs: 20 }).catch(() => undefined);
    await emulator.close();
    await ours;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('what comes of tokens.fetch()', () => {
  const answer: Answer = (response, { target }) => {
    if (target === '/reset') response.socket?.resetAndDestroy();
    else if (target === '/break')
      response.writeHead(200, { 'content-length': '1000' }).write('half', () => response.destroy());
    else if (target === '/garbage') response.socket?.end('this is no HTTP\r\n\r\n');
    else response.end('{"a":1}');
  };

  it("is the platform's own Response, and leads to no token: before, while and after it is read", async () => {
    const { tokens, api, token } = await bootWithApi(answer);
    const response = await tokens.fetch(`${api.origin}/x`);
    expect(response).toBeInstanceOf(Response);
    expect(response.url).toBe(`${api.origin}/x`);
    expectNoTrace(response, token);
    expectNoTrace(response.body, token);
    const read = response.text();
    expectNoTrace(response, token);
    expect(await read).toBe('{"a":1}');
    expectNoTrace(response, token);
  });

  it.each(['/reset', '/garbage'])("is the platform's own error, which leads to no token: %s", async (path) => {
    const { tokens, api, token } = await bootWithApi(answer);
    const error = await rejection(tokens.fetch(api.origin + path));
    expect(error).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
    expectNoTrace(error, token);
    expect(api.requests).toHaveLength(1);
  });

  it('tells the reader of a body that it broke off, without a token', async () => {
    const { tokens, api, token } = await bootWithApi(answer);
    const response = await tokens.fetch(`${api.origin}/break`);
    expectNoTrace(await rejection(response.text()), token);
    expectNoTrace(response, token);
  });
});
