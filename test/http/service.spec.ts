import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios from 'axios';
import type { ContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { firstValueFrom } from 'rxjs';

const pristine = {
  ...axios.defaults,
  headers: { ...axios.defaults.headers, common: { ...axios.defaults.headers.common } },
};

afterEach(async () => {
  for (const name of Object.keys(axios.defaults)) delete (axios.defaults as Record<string, unknown>)[name];
  Object.assign(axios.defaults, pristine, { headers: { ...pristine.headers, common: { ...pristine.headers.common } } });
  await closeAll();
  await closeServers();
});

function lastResource(emulator: ContaSimplesEmulator) {
  return emulator.requests.findLast(({ kind }) => kind === 'resource');
}

describe('ContaSimplesHttpService', () => {
  it('takes relative URLs as those of the API', async () => {
    const { http, emulator } = await boot();
    await firstValueFrom(http.get('/accounts/v1/balance'));
    await firstValueFrom(http.get('accounts/v1/balance'));
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 2 });
  });

  it('takes absolute URLs of the API', async () => {
    const { http, emulator } = await boot();
    const { status } = await firstValueFrom(http.get(`${emulator.baseUrl}/accounts/v1/balance`));
    expect(status).toBe(200);
  });

  it('keeps the path of a base URL', async () => {
    const gateway = await RecordingServer.start((response, { target }) => {
      const token = { access_token: 'token-of-the-gateway', token_type: 'Bearer', expires_in: 1800 };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(target.endsWith('/access-token') ? JSON.stringify(token) : '{}');
    });
    const { http } = await boot({ options: { baseUrl: `${gateway.origin}/conta-simples/` } });
    await firstValueFrom(http.get('/accounts/v1/balance', { params: { page: 2 } }));
    await firstValueFrom(http.get('accounts/v1/balance'));
    await firstValueFrom(http.get(`${gateway.origin}/elsewhere`));
    expect(gateway.requests.map(({ target }) => target)).toEqual([
      '/conta-simples/oauth/v1/access-token',
      '/conta-simples/accounts/v1/balance?page=2',
      '/conta-simples/accounts/v1/balance',
      '/elsewhere',
    ]);
    expect(new Set(gateway.authorizations.slice(1))).toEqual(new Set(['Bearer token-of-the-gateway']));
  });

  it('introduces itself by the name configured', async () => {
    const { http, emulator } = await boot({ options: { userAgent: 'shop/1.2.3' } });
    await firstValueFrom(http.get('/accounts/v1/balance'));
    expect(emulator.requests.map(({ headers }) => headers['user-agent'])).toEqual(['shop/1.2.3', 'shop/1.2.3']);
  });

  it("introduces itself by the library's name without one", async () => {
    const { http, emulator } = await boot();
    await firstValueFrom(http.get('/accounts/v1/balance'));
    expect(lastResource(emulator)?.headers['user-agent']).toMatch(/^nestjs-conta-simples-auth\/\d+\.\d+\.\d+/);
  });

  it("sends the caller's own Authorization untouched, and does nothing about a 401 to it", async () => {
    const api = await RecordingServer.start((response) => response.writeHead(401).end());
    const { http, tokens, emulator } = await boot({ options: { origins: [api.origin] } });
    await tokens.getToken();
    const config = { headers: { Authorization: 'Bearer of-the-caller' }, validateStatus: () => true };
    const { status } = await firstValueFrom(http.get(`${api.origin}/x`, config));
    expect(status).toBe(401);
    expect(api.authorizations).toEqual(['Bearer of-the-caller']);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('leaves out the token for one request with contaSimplesAuth: false', async () => {
    const { http, emulator } = await boot();
    const config = { contaSimplesAuth: false, validateStatus: () => true };
    const { status } = await firstValueFrom(http.get('/accounts/v1/balance', config));
    expect(status).toBe(401);
    expect(lastResource(emulator)?.headers.authorization).toBeUndefined();
  });

  it('has defaults that can be added to, as those of any instance', async () => {
    const { http, emulator } = await boot();
    http.axiosRef.defaults.headers.get['X-Trace'] = 'on';
    http.axiosRef.defaults.timeout = 1_500;
    await firstValueFrom(http.get('/accounts/v1/balance'));
    expect(lastResource(emulator)?.headers['x-trace']).toBe('on');
  });

  it('gives each account its own service, always the same', async () => {
    const pair = (name: string) => ({ apiKey: `key-of-${name}-0001`, apiSecret: `secret-of-${name}-0001` });
    const { http, emulator } = await boot({
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        accounts: { matriz: pair('matriz'), filial: pair('filial') },
      },
      emulator: {
        accounts: [
          { name: 'matriz', ...pair('matriz') },
          { name: 'filial', ...pair('filial') },
        ],
      },
    });
    await firstValueFrom(http.forAccount('matriz').get('/accounts/v1/balance'));
    await firstValueFrom(http.forAccount('filial').get('/accounts/v1/balance'));
    expect(emulator.counts.resource.byAccount).toEqual({ matriz: 1, filial: 1 });
    expect(http.forAccount('matriz')).toBe(http.forAccount('filial').forAccount('matriz'));
  });

  it('works where the token endpoint and the API are loopback and a proxy is configured', async () => {
    const proxy = await RecordingServer.start();
    const { http } = await boot({ options: { proxy: proxy.origin } });
    const answer = await firstValueFrom(http.get('/accounts/v1/balance'));
    expect(answer.status).toBe(200);
    expect(proxy.requests.filter(({ headers }) => headers.authorization?.startsWith('Bearer'))).toEqual([]);
  });
});

describe('what the application sets on the default axios', () => {
  function pollute(elsewhere: RecordingServer) {
    axios.defaults.headers.common.Authorization = 'Bearer of-the-application';
    axios.defaults.headers.common['X-Application'] = 'yes';
    axios.defaults.auth = { username: 'of-the', password: 'application' };
    axios.defaults.params = { of: 'the-application' };
    axios.defaults.baseURL = elsewhere.origin;
    axios.defaults.proxy = { host: '127.0.0.1', port: elsewhere.port };
    axios.defaults.transformRequest = [() => 'of-the-application'];
    axios.defaults.transformResponse = [() => 'of-the-application'];
    axios.defaults.validateStatus = () => false;
    axios.defaults.adapter = () => Promise.reject(new Error('of the application'));
  }

  it.each(['before', 'after'] as const)('%s the start never reaches ContaSimplesHttpService', async (moment) => {
    const elsewhere = await RecordingServer.start();
    const api = await RecordingServer.start((response) => response.end('{"amount":1}'));
    if (moment === 'before') pollute(elsewhere);
    const { http, tokens, emulator } = await boot({ options: { origins: [api.origin] } });
    if (moment === 'after') pollute(elsewhere);
    const balance = await firstValueFrom(http.get<{ amount: number }>('/accounts/v1/balance'));
    const posted = await firstValueFrom(http.post(`${api.origin}/x`, { a: 1 }));
    expect(balance.data.amount).toEqual(expect.any(Number));
    expect(posted.data).toEqual({ amount: 1 });
    expect(api.requests).toHaveLength(1);
    const [request] = api.requests;
    expect(request?.target).toBe('/x');
    expect(request?.body.toString()).toBe('{"a":1}');
    expect(request?.headers.authorization).toBe(`Bearer ${await tokens.getAccessToken()}`);
    expect(request?.headers['x-application']).toBeUndefined();
    expect(elsewhere.requests).toEqual([]);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
  });
});

describe('an Observable of ContaSimplesHttpService', () => {
  it('sends nothing until it is subscribed to', async () => {
    const { http, emulator, tokens } = await boot();
    http.get('/accounts/v1/balance');
    http.post('/accounts/v1/balance', {});
    await tokens.getToken();
    await firstValueFrom(http.get('/statements/v1/credit-card', { validateStatus: () => true }));
    expect(emulator.counts.resource.byPath).toEqual({ '/statements/v1/credit-card': 1 });
  });

  it('sends once for each subscription', async () => {
    const { http, emulator } = await boot();
    const balance = http.get('/accounts/v1/balance');
    await firstValueFrom(balance);
    await firstValueFrom(balance);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 2 });
  });

  it('sends nothing to the API if it is unsubscribed from while the token is awaited', async () => {
    const { http, emulator } = await boot({
      options: { bootstrap: 'lazy' },
      emulator: { latencyMs: { token: 50, resource: 0 } },
    });
    const subscription = http.get('/accounts/v1/balance').subscribe();
    await emulator.waitForRequest('token');
    subscription.unsubscribe();
    await firstValueFrom(http.get('/statements/v1/credit-card', { validateStatus: () => true }));
    expect(emulator.counts.resource.byPath).toEqual({ '/statements/v1/credit-card': 1 });
    expect(emulator.counts.token.total).toBe(1);
  });
});
