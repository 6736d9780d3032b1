import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EMULATOR_CREDENTIALS } from '../accounts.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../emulator.js';
import type { Fault } from './fault.js';

const OTHER = { name: 'filial', apiKey: 'key-filial', apiSecret: 'secret-filial' };

let emulator: ContaSimplesEmulator;
beforeAll(async () => {
  emulator = await startContaSimplesEmulator({ accounts: [EMULATOR_CREDENTIALS, OTHER] });
});
afterEach(() => {
  emulator.clearFaults();
  emulator.resetCounts();
});
afterAll(() => emulator.close());

function requestToken({ apiKey, apiSecret } = EMULATOR_CREDENTIALS as typeof OTHER, signal?: AbortSignal) {
  const authorization = `Basic ${btoa(`${apiKey}:${apiSecret}`)}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  return fetch(`${emulator.baseUrl}/oauth/v1/access-token`, {
    method: 'POST',
    headers: { authorization },
    body,
    signal,
  });
}

const readBalance = () => fetch(`${emulator.baseUrl}/accounts/v1/balance`);

/** All that one connection gets, and whether it ended with a FIN (`end`) or an RST (its error code). */
function rawRequest(): Promise<{ received: string; ending: string }> {
  return new Promise((resolve) => {
    const socket = connect(emulator.port, '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk;
    });
    socket.once('end', () => resolve({ received, ending: 'end' }));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve({ received, ending: error.code ?? '' }));
    socket.write('GET /accounts/v1/balance HTTP/1.1\r\nHost: emulator\r\n\r\n');
  });
}

describe('a fault with a status', () => {
  it('is answered once by default, with the documented body', async () => {
    emulator.fail('token', { status: 500 });
    const response = await requestToken();

    expect(response.status).toBe(500);
    const id = response.headers.get('x-request-id');
    expect(await response.json()).toMatchObject({ error: 'Internal Server Error', code: 500, requestId: id });
    expect((await requestToken()).status).toBe(200);
  });

  it('sets headers, a body and a content type', async () => {
    const body = '<html>Just a moment...</html>';
    emulator.fail('all', { status: 403, body, contentType: 'text/html', headers: { 'Retry-After': 7, Date: null } });
    const response = await requestToken();

    expect(response.status).toBe(403);
    expect(await response.text()).toBe(body);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.has('date')).toBe(false);
  });

  it.each([
    [204, ''],
    [302, ''],
  ])('of %i has no body unless given one', async (status, body) => {
    emulator.fail('token', { status, headers: { location: 'http://127.0.0.1:9/' } });
    const response = await fetch(`${emulator.baseUrl}/oauth/v1/access-token`, { method: 'POST', redirect: 'manual' });

    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
  });
});

describe('a fault with a body', () => {
  it.each([
    ['an object as JSON', { error: 'invalid_client' }, '{"error":"invalid_client"}', 'application/json; charset=utf-8'],
    ['a string as text', '{"cut', '{"cut', 'text/plain; charset=utf-8'],
    ['bytes as they are', Buffer.from('bytes'), 'bytes', 'application/octet-stream'],
  ])('sends %s with status 200', async (_what, body, expected, contentType) => {
    emulator.fail('token', { body });
    const response = await requestToken();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(await response.text()).toBe(expected);
  });

  it('patches the real answer, whose token stays good', async () => {
    emulator.fail('token', { patch: { expires_in: '5', token_type: undefined } });
    const body = (await (await requestToken()).json()) as Record<string, string>;

    expect(body).toEqual({ access_token: expect.any(String), expires_in: '5' });
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await fetch(`${emulator.baseUrl}/accounts/v1/balance`, { headers })).status).toBe(200);
  });
});

describe('a fault of the connection', () => {
  it('delays and then lets things be', async () => {
    emulator.fail('token', { delayMs: 60 });
    const startedAt = performance.now();

    expect((await requestToken()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
  });

  it('resets in place of an answer', async () => {
    emulator.fail('resource', { reset: 'before-headers' });

    expect(await rawRequest()).toEqual({ received: '', ending: 'ECONNRESET' });
    expect(emulator.counts.resource.byStatus).toEqual({ none: 1 });
  });

  it('resets in the middle of the body', async () => {
    emulator.fail('resource', { body: 'abcdefgh', reset: 'mid-body' });
    const { received, ending } = await rawRequest();

    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 8\r\n[\s\S]*\r\n\r\nabcd$/);
    expect(ending).toBe('ECONNRESET');
  });

  it('closes in the middle of the body', async () => {
    emulator.fail('resource', { body: 'abcdefgh', closeMidBody: true });
    const { received, ending } = await rawRequest();

    expect(received).toMatch(/content-length: 8\r\n[\s\S]*\r\n\r\nabcd$/);
    expect(ending).toBe('end');
  });

  it('writes raw bytes', async () => {
    emulator.fail('resource', { raw: 'HTTP/1.1 2oo Nonsense\r\n\r\n' });

    expect(await rawRequest()).toEqual({ received: 'HTTP/1.1 2oo Nonsense\r\n\r\n', ending: 'end' });
  });

  it.each(['body', 'all'] as const)('drips the %s and arrives whole', async (part) => {
    emulator.fail('token', { drip: { chunkBytes: 300, intervalMs: 5, part } });
    const startedAt = performance.now();
    const body = (await (await requestToken()).json()) as object;

    expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in']);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(8);
  });

  it('drips without end until the client has enough', async () => {
    emulator.fail('token', { body: 'x'.repeat(100_000), drip: { chunkBytes: 65_536, intervalMs: 0, endless: true } });
    const reader = (await requestToken()).body?.getReader();
    let bytes = 0;
    while (bytes < 1_000_000) {
      bytes += (await reader?.read())?.value?.length ?? 0;
    }
    const ended = emulator.waitForRequest('token', 1, { answered: true });
    await reader?.cancel();

    expect(await ended).toMatchObject({ faulted: true, status: undefined });
  });

  it('hangs until the client leaves', async () => {
    emulator.fail('token', { hang: true });
    const leave = new AbortController();
    const pending = requestToken(undefined, leave.signal).catch((error: Error) => error.name);
    await emulator.waitForRequest('token');
    expect(emulator.counts.token).toMatchObject({ total: 1, inFlight: 1, byStatus: {} });

    const ended = emulator.waitForRequest('token', 1, { answered: true });
    leave.abort();
    expect(await pending).toBe('AbortError');
    expect(await ended).toMatchObject({ status: undefined, faulted: true });
    expect(emulator.counts.token.inFlight).toBe(0);
  });
});

describe('a script of faults', () => {
  it('is used in its order, each as often as it says', async () => {
    const first = emulator.fail('token', { status: 503 }, { times: 2 });
    emulator.fail('all', { status: 429 });

    const statuses = [];
    for (let call = 0; call < 4; call += 1) {
      statuses.push((await requestToken()).status);
    }
    expect(statuses).toEqual([503, 503, 429, 200]);
    expect(first).toMatchObject({ hits: 2, remaining: 0 });
  });

  it('goes on for ever until it is cancelled', async () => {
    const outage = emulator.fail('token', { status: 502 }, { times: Number.POSITIVE_INFINITY });
    expect((await requestToken()).status).toBe(502);
    expect((await requestToken()).status).toBe(502);

    outage.cancel();
    expect((await requestToken()).status).toBe(200);
  });

  it('ends by itself after its time', async () => {
    const outage = emulator.fail('token', { status: 502 }, { forMs: 80 });
    const startedAt = performance.now();
    while (outage.remaining > 0) {
      const { status } = await requestToken();
      // One that ends later may have arrived after the outage.
      if (performance.now() - startedAt < 75) expect(status).toBe(502);
    }

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(70);
    expect((await requestToken()).status).toBe(200);
  });

  it('hits the account, path or method that it is meant for', async () => {
    emulator.fail({ kind: 'token', account: 'filial' }, { status: 503 });
    emulator.fail({ method: 'get', path: /^\/accounts\//g }, { status: 504 });

    expect((await requestToken()).status).toBe(200);
    expect((await fetch(`${emulator.baseUrl}/statements/v1/credit-card`)).status).toBe(401);
    expect((await readBalance()).status).toBe(504);
    expect((await requestToken(OTHER)).status).toBe(503);
  });

  it.each([
    ['nothing in it', {}, /at least one of/],
    ['a mistyped field', { stauts: 500 }, /no field "stauts"/],
    ['a status that ends no exchange', { status: 100 }, /status must be a whole number from 200 to 599/],
    ['two ways of sending', { hang: true, raw: '' }, /only one of/],
    ['a header that HTTP forbids', { headers: { 'x y': '1' } }, /Header name/],
    ['a negative delay', { delayMs: -1 }, /delayMs must be a number of milliseconds/],
  ])('refuses a fault with %s', (_what, fault, message) => {
    expect(() => emulator.fail('token', fault as Fault)).toThrow(message);
  });
});
