import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EMULATOR_CREDENTIALS } from '../accounts.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../emulator.js';

let emulator: ContaSimplesEmulator;
beforeAll(async () => {
  emulator = await startContaSimplesEmulator();
});
afterEach(() => emulator.clearFaults());
afterAll(() => emulator.close());

async function control(method: string, name: string, input?: unknown): Promise<{ status: number; answer: unknown }> {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${emulator.baseUrl}/__emulator/${name}`, { method, headers, body });
  return { status: response.status, answer: await response.json() };
}

const postTokenRequest = () => fetch(`${emulator.baseUrl}/oauth/v1/access-token`, { method: 'POST' });

describe('the control routes', () => {
  it('script faults and clear them', async () => {
    const target = { kind: 'token', pathPattern: '^/oauth/' };
    expect(await control('POST', 'faults', { target, fault: { status: 503 }, times: null })).toEqual({
      status: 200,
      answer: { remaining: null },
    });
    expect((await postTokenRequest()).status).toBe(503);

    expect((await control('DELETE', 'faults')).status).toBe(200);
    expect((await postTokenRequest()).status).toBe(400);
  });

  it('take bytes as base64', async () => {
    const bodyBase64 = Buffer.from([0xff, 0x00]).toString('base64');
    await control('POST', 'faults', { target: 'token', fault: { bodyBase64 } });

    expect(Buffer.from(await (await postTokenRequest()).arrayBuffer())).toEqual(Buffer.from([0xff, 0x00]));
  });

  it('tell counts and requests without being counted themselves', async () => {
    await control('DELETE', 'counts');
    await postTokenRequest();

    expect((await control('GET', 'counts')).answer).toMatchObject({ token: { total: 1 }, resource: { total: 0 } });
    expect((await control('GET', 'requests')).answer).toMatchObject({ requests: [{ path: '/oauth/v1/access-token' }] });
  });

  it('set the life of tokens and the latency', async () => {
    expect((await control('POST', 'token-ttl', { seconds: 30 })).answer).toEqual({ seconds: 30 });
    expect((await control('POST', 'latency', { ms: 5 })).answer).toEqual({ token: 5, resource: 5 });
    expect((await control('POST', 'latency', { token: 0 })).answer).toEqual({ token: 0, resource: 5 });
    expect(emulator.tokenTtlSeconds).toBe(30);
    expect(emulator.latencyMs).toEqual({ token: 0, resource: 5 });
  });

  it('revoke tokens and rotate pairs', async () => {
    expect((await control('POST', 'revoke')).answer).toEqual({ revoked: 0 });

    const { apiKey } = EMULATOR_CREDENTIALS;
    const next = { apiKey: 'second-key', apiSecret: 'second-secret' };
    const { answer } = await control('POST', 'rotate', { apiKey, next, revokeTokens: true });
    expect(answer).toEqual({ name: 'default', ...next });
    expect(emulator.accounts).toEqual([answer]);
  });

  it.each([
    ['faults', '{', 'The body must be JSON.'],
    ['faults', '[]', 'The body must be a JSON object.'],
    ['faults', { target: 'tokens', fault: { hang: true } }, "target must be 'token', 'resource' or 'all'"],
    ['faults', { target: 'token', fault: { hangs: true } }, 'A fault has no field "hangs"'],
    ['faults', { target: 'token', fault: { hang: true }, time: 3 }, 'There is no field "time" here'],
    ['faults', { target: { pathPattern: '(' }, fault: { hang: true } }, 'Invalid regular expression'],
    ['token-ttl', {}, 'tokenTtlSeconds must be a number of seconds above 0'],
    ['token-ttl', { seconds: '30' }, 'seconds must be a number'],
    ['latency', {}, 'Give either ms, or token and/or resource'],
    ['latency', { ms: -1 }, 'latencyMs.token must be a number of milliseconds'],
    ['rotate', {}, 'apiKey is required'],
    ['rotate', { apiKey: 'unknown' }, 'No account of the emulator has this API key'],
    ['revoke', { account: 1 }, 'account must be a string'],
  ])('answer 400 and say why: %s %j', async (name, input, message) => {
    const { status, answer } = await control('POST', name, input);

    expect(status).toBe(400);
    expect(answer).toMatchObject({ message: expect.stringContaining(message) });
  });

  it.each([
    ['GET', 'constructor', 404],
    ['PUT', 'faults', 405],
    ['GET', 'revoke', 405],
  ])('answer %s %s with %i', async (method, name, status) => {
    expect((await control(method, name)).status).toBe(status);
  });

  it('can be switched off', async () => {
    await using closed = await startContaSimplesEmulator({ control: false });

    const response = await fetch(`${closed.baseUrl}/__emulator/counts`);
    expect(response.status).toBe(404);
    expect(closed.counts.resource.total).toBe(1);
  });
});
