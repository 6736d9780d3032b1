import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EMULATOR_CREDENTIALS } from '../accounts.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../emulator.js';
import type { RequestRecord } from './request-record.js';

const AUTHORIZATION = `Basic ${btoa(`${EMULATOR_CREDENTIALS.apiKey}:${EMULATOR_CREDENTIALS.apiSecret}`)}`;

let emulator: ContaSimplesEmulator;
beforeAll(async () => {
  emulator = await startContaSimplesEmulator();
});
afterEach(() => emulator.resetCounts());
afterAll(() => emulator.close());

async function getToken(query = ''): Promise<string> {
  const response = await fetch(`${emulator.baseUrl}/oauth/v1/access-token${query}`, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION, 'user-agent': 'spec/1' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const get = (path: string, token = '') =>
  fetch(`${emulator.baseUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });

describe('the counts', () => {
  it('tell requests by kind, status, account and route', async () => {
    const token = await getToken();
    await get('/accounts/v1/balance', token);
    await get('/attachments/v1/content/one', token);
    await get('/attachments/v1/content/two', token);
    await get('/elsewhere');

    expect(emulator.counts).toEqual({
      token: { total: 1, inFlight: 0, peakConcurrency: 1, byStatus: { 200: 1 }, byAccount: { default: 1 } },
      resource: {
        total: 4,
        inFlight: 0,
        peakConcurrency: 1,
        byStatus: { 200: 1, 404: 3 },
        byAccount: { default: 3 },
        byPath: { '/accounts/v1/balance': 1, '/attachments/v1/content/{attachmentId}': 2, '(unknown path)': 1 },
      },
    });
  });

  it('never see two requests at once where one followed the other', async () => {
    for (let call = 0; call < 30; call += 1) {
      await getToken();
    }
    expect(emulator.counts.token).toMatchObject({ total: 30, peakConcurrency: 1 });
  });
});

describe('the log', () => {
  it('says what came from whom, and how it was answered', async () => {
    await getToken();

    expect(emulator.requests).toEqual([
      {
        id: expect.stringMatching(/^req_/),
        kind: 'token',
        method: 'POST',
        path: '/oauth/v1/access-token',
        account: 'default',
        headers: expect.objectContaining({ 'user-agent': 'spec/1' }),
        startedAt: expect.any(Number),
        faulted: false,
        status: 200,
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('holds no credential, yet tells equal ones', async () => {
    const token = await getToken('?api_secret=in-the-query');
    const other = await getToken();
    await get('/accounts/v1/balance', other);
    await get('/accounts/v1/balance', other);

    const printed = inspect(emulator.requests, { depth: 20 });
    for (const secret of [AUTHORIZATION.slice(6), other, 'in-the-query', EMULATOR_CREDENTIALS.apiSecret]) {
      expect(printed).not.toContain(secret);
    }
    expect(token).toBeUndefined();
    const [, , first, second] = emulator.requests.map(({ headers }) => headers.authorization);
    expect(first).toMatch(/^Bearer sha256:[0-9a-f]{12}$/);
    expect(second).toBe(first);
  });

  it('shows no scheme that could be the secret itself', async () => {
    await fetch(emulator.baseUrl, { headers: { authorization: 'sk-secret value', cookie: 'session=abc' } });

    expect(emulator.requests[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
      cookie: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
    });
  });

  it('keeps the most recent 1,000 requests and counts them all', async () => {
    for (let batch = 0; batch < 11; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, () => get(`/batch/${batch}`)));
    }

    expect(emulator.requests).toHaveLength(1000);
    expect(emulator.requests[0]?.path).toBe('/batch/1');
    expect(emulator.counts.resource.total).toBe(1100);
  });
});

describe('waiting for requests', () => {
  it('ends with the request that completes the number', async () => {
    const second = emulator.waitForRequest({ path: '/b' }, 2);
    for (const path of ['/b', '/a', '/b']) {
      await get(path);
    }

    expect(await second).toBe(emulator.requests[2]);
  });

  it('counts what has come already', async () => {
    await get('/a');

    expect(await emulator.waitForRequest('resource')).toMatchObject({ path: '/a' });
    expect(await emulator.waitForRequest('all', 1, { answered: true })).toMatchObject({ path: '/a', status: 404 });
  });

  it('gives up with the number that did come', async () => {
    await get('/a');

    await expect(emulator.waitForRequest('all', 2, { timeoutMs: 20 })).rejects.toThrow(
      'Waited for 2 × all (request), saw 1: gave up after 20 ms.',
    );
  });

  it('can be done by listening, until one has heard enough', async () => {
    const heard: RequestRecord[] = [];
    const stop = emulator.on('response', (record) => heard.push(record));
    await get('/a');
    stop();
    await get('/b');

    expect(heard.map(({ path }) => path)).toEqual(['/a']);
  });
});

describe('the rate limit', () => {
  afterEach(() => {
    emulator.rateLimitPerMinute = undefined;
  });

  it('counts token calls in and tells when to come back', async () => {
    emulator.rateLimitPerMinute = 2;
    await getToken();
    await get('/accounts/v1/balance');
    const response = await get('/accounts/v1/balance');

    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await response.json()).toMatchObject({ error: 'Too Many Requests', code: 429 });
  });
});

describe('latency', () => {
  afterEach(() => {
    emulator.latencyMs = 0;
  });

  it('can be set for one half of the service', async () => {
    emulator.latencyMs = { token: 250 };
    expect(emulator.latencyMs).toEqual({ token: 250, resource: 0 });

    await Promise.all([getToken(), getToken()]);
    await get('/accounts/v1/balance');
    const [first, second, balance] = emulator.requests;
    expect(Math.min(first?.durationMs ?? 0, second?.durationMs ?? 0)).toBeGreaterThanOrEqual(245);
    expect(balance?.durationMs).toBeLessThan(240);
    expect(emulator.counts.token.peakConcurrency).toBe(2);
  });
});
