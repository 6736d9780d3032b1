import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../emulator.js';

const SP = { name: 'filial-sp', apiKey: 'key-sp', apiSecret: 'secret-sp' };
const RJ = { name: 'filial-rj', apiKey: 'key-rj', apiSecret: 'secret-rj' };

let emulator: ContaSimplesEmulator;
beforeEach(async () => {
  emulator = await startContaSimplesEmulator({ accounts: [SP, RJ] });
});
afterEach(() => emulator.close());

function requestToken({ apiKey, apiSecret }: { apiKey: string; apiSecret: string }): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  return fetch(`${emulator.baseUrl}/oauth/v1/access-token`, { method: 'POST', headers: { authorization }, body });
}

async function tokenOf(pair: { apiKey: string; apiSecret: string }): Promise<string> {
  return ((await (await requestToken(pair)).json()) as { access_token: string }).access_token;
}

function readBalance(authorization: string): Promise<Response> {
  return fetch(`${emulator.baseUrl}/accounts/v1/balance`, { headers: { authorization } });
}

const statusOf = async (token: string) => (await readBalance(`Bearer ${token}`)).status;

describe('a token', () => {
  it('gives access only to the data of its account', async () => {
    const [sp, rj] = await Promise.all([tokenOf(SP), tokenOf(RJ)]);

    const amounts = await Promise.all([sp, rj, sp].map(async (token) => (await readBalance(`Bearer ${token}`)).json()));
    expect(amounts[0]).toEqual(amounts[2]);
    expect(amounts[0]).not.toEqual(amounts[1]);
  });

  it.each([
    ['missing', () => ''],
    ['under a lower-case bearer', (token: string) => `bearer ${token}`],
    ['after two spaces', (token: string) => `Bearer  ${token}`],
    ['under another scheme', (token: string) => `Basic ${token}`],
    ['with an altered signature', (token: string) => `Bearer ${token.slice(0, -8)}AAAAAAAA`],
    ['with an altered claim', (token: string) => `Bearer ${token.replace('.ey', '.eY')}`],
    ['made up', () => 'Bearer abc'],
  ])('is refused when %s', async (_what, header) => {
    const token = await tokenOf(SP);
    const response = await fetch(`${emulator.baseUrl}/accounts/v1/balance`, {
      ...(header(token) !== '' && { headers: { authorization: header(token) } }),
    });

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await response.json()).toEqual({ error: 'Unauthorized', message: expect.any(String), code: 401 });
  });

  it('is refused from its last millisecond on', async () => {
    emulator.tokenTtlSeconds = 0.25;
    const askedAt = performance.now();
    const token = await tokenOf(SP);
    const hadAt = performance.now();
    let sentAt = hadAt;
    let response = await readBalance(`Bearer ${token}`);
    while (response.status === 200) {
      expect(sentAt - hadAt).toBeLessThan(250);
      sentAt = performance.now();
      response = await readBalance(`Bearer ${token}`);
    }
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(250);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await response.json()).toMatchObject({ message: 'The access token is expired' });
  });

  it('is refused once revoked, which counts live tokens and leaves other accounts alone', async () => {
    const [first, second, other] = await Promise.all([tokenOf(SP), tokenOf(SP), tokenOf(RJ)]);

    expect(emulator.revokeTokens('filial-sp')).toBe(2);
    expect(emulator.revokeTokens('filial-sp')).toBe(0);
    expect(await Promise.all([first, second, other].map(statusOf))).toEqual([401, 401, 200]);
    expect(emulator.revokeTokens()).toBe(1);
  });

  it('outlives a rotation of the pair that bought it, but not one that revokes', async () => {
    const token = await tokenOf(SP);

    const next = emulator.rotate('key-sp', { apiSecret: 'second' });
    expect(next).toEqual({ name: 'filial-sp', apiKey: expect.stringMatching(/^key-/), apiSecret: 'second' });
    expect((await requestToken(SP)).status).toBe(401);
    expect((await requestToken(next)).status).toBe(200);
    expect(await statusOf(token)).toBe(200);

    emulator.rotate(next.apiKey, { revokeTokens: true });
    expect(await statusOf(token)).toBe(401);
  });

  it('kills the older one of its account where an account can have but one', async () => {
    emulator.singleTokenPerAccount = true;
    const [older, other] = [await tokenOf(SP), await tokenOf(RJ)];
    const newer = await tokenOf(SP);

    expect(await Promise.all([older, newer, other].map(statusOf))).toEqual([401, 200, 200]);
  });

  it('dies with its account, and a new account gets tokens at once', async () => {
    const token = await tokenOf(SP);

    expect(emulator.removeAccount('filial-sp')).toBe(true);
    expect(emulator.removeAccount('filial-sp')).toBe(false);
    expect((await requestToken(SP)).status).toBe(401);
    expect(await statusOf(token)).toBe(401);

    emulator.addAccount(SP);
    expect((await requestToken(SP)).status).toBe(200);
  });

  it('is issued and dated by the clock of the service', async () => {
    emulator.clockOffsetMs = 3_600_000;
    const response = await requestToken(SP);
    const { access_token: token } = (await response.json()) as { access_token: string };

    const { iat } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(iat * 1000 - Date.now()).toBeGreaterThan(3_500_000);
    expect(Date.parse(response.headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    expect(await statusOf(token)).toBe(200);
  });
});
