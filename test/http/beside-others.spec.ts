import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpModule, HttpService } from '@nestjs/axios';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';
import { firstValueFrom, retry } from 'rxjs';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const BALANCE = '/accounts/v1/balance';

/** An API that answers with the statuses of a list, one after the other, then 200. */
async function bootWithApi() {
  const statuses: number[] = [];
  const api = await RecordingServer.start((response) => response.writeHead(statuses.shift() ?? 200).end('{}'));
  const booted = await boot({ options: { origins: [api.origin] } });
  const interceptor = booted.app.get(ContaSimplesAuthInterceptor);
  const token = await booted.tokens.getAccessToken();
  await booted.http.axiosRef.get(`${api.origin}/warm`);
  api.requests.length = 0;
  booted.emulator.resetCounts();
  return { ...booted, api, statuses, interceptor, token };
}

type Setting = Awaited<ReturnType<typeof bootWithApi>>;

function addRetries(instance: AxiosInstance): void {
  axiosRetry(instance, { retries: 3, retryDelay: () => 0 });
}

const SETUPS: [string, (setting: Setting) => AxiosInstance][] = [
  [
    'axios-retry before attach()',
    ({ interceptor }) => {
      const instance = axios.create();
      addRetries(instance);
      interceptor.attach(instance);
      return instance;
    },
  ],
  [
    'axios-retry after attach()',
    ({ interceptor }) => {
      const instance = axios.create();
      interceptor.attach(instance);
      addRetries(instance);
      return instance;
    },
  ],
  [
    'axios-retry on ContaSimplesHttpService',
    ({ http }) => {
      addRetries(http.axiosRef);
      return http.axiosRef;
    },
  ],
];

describe.each(SETUPS)('%s', (_name, setUp) => {
  it('repeats what failed, with the token each time', async () => {
    const setting = await bootWithApi();
    const { api, statuses, token, emulator } = setting;
    statuses.push(503, 500);
    const { status } = await setUp(setting).get(`${api.origin}/x`);
    expect(status).toBe(200);
    expect(api.authorizations).toEqual(Array(3).fill(`Bearer ${token}`));
    expect(emulator.counts.token.total).toBe(0);
  });

  it('leaves a 401 to one refresh and one replay', async () => {
    const setting = await bootWithApi();
    const { api, statuses, token, tokens, emulator } = setting;
    statuses.push(401);
    const { status } = await setUp(setting).get(`${api.origin}/x`);
    expect(status).toBe(200);
    expect(api.authorizations).toEqual([`Bearer ${token}`, `Bearer ${await tokens.getAccessToken()}`]);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('repeats a replay that failed, with the new token', async () => {
    const setting = await bootWithApi();
    const { api, statuses, token, tokens, emulator } = setting;
    statuses.push(503, 401, 503);
    const { status } = await setUp(setting).get(`${api.origin}/x`);
    expect(status).toBe(200);
    const newToken = await tokens.getAccessToken();
    expect(api.authorizations).toEqual([token, token, newToken, newToken].map((value) => `Bearer ${value}`));
    expect(emulator.counts.token.total).toBe(1);
  });

  it('does not repeat a call for which there is no token', async () => {
    const setting = await bootWithApi();
    const { api, tokens, emulator, token } = setting;
    const instance = setUp(setting);
    emulator.fail('token', { status: 401 }, { times: Number.POSITIVE_INFINITY });
    tokens.invalidate(token);
    await expect(instance.get(`${api.origin}/x`)).rejects.toMatchObject({ kind: 'credentials_rejected' });
    expect(api.requests).toEqual([]);
    expect(emulator.counts.token.total).toBe(1);
  });
});

describe('retry() of rxjs', () => {
  it('sends again, with the token each time', async () => {
    const { http, emulator } = await boot();
    emulator.fail('resource', { status: 503 }, { times: 2 });
    const answer = await firstValueFrom(http.get(BALANCE).pipe(retry(2)));
    expect(answer.status).toBe(200);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1, 503: 2 });
    expect(emulator.counts.token.total).toBe(1);
  });
});

describe('interceptors of the application', () => {
  it('registered before and after attach() run once for each call, replay or not, and never see the token', async () => {
    const { api, statuses, interceptor, token, tokens } = await bootWithApi();
    const instance = axios.create();
    const seen: unknown[] = [];
    const watch = (name: string) => {
      instance.interceptors.request.use((config) => {
        config.headers.set(`X-${name}`, 'yes');
        seen.push(`${name} request`, JSON.stringify(config.headers));
        return config;
      });
      instance.interceptors.response.use((response) => {
        seen.push(`${name} response`, JSON.stringify(response.config.headers));
        return response;
      });
    };
    watch('before');
    interceptor.attach(instance);
    watch('after');
    statuses.push(401);
    await instance.get(`${api.origin}/x`);
    expect(seen.filter((_entry, index) => index % 2 === 0)).toEqual([
      'after request',
      'before request',
      'before response',
      'after response',
    ]);
    expect(api.requests.map(({ headers }) => [headers['x-before'], headers['x-after']])).toEqual(
      Array(2).fill(['yes', 'yes']),
    );
    for (const secret of [token, await tokens.getAccessToken()]) expect(JSON.stringify(seen)).not.toContain(secret);
  });

  it('of HttpModule.register(), which ten feature modules share and attach to, send one token with one request', async () => {
    const { app, emulator } = await boot({ imports: [HttpModule.register({ timeout: 2_000 })] });
    const http = app.get(HttpService, { strict: false });
    const interceptor = app.get(ContaSimplesAuthInterceptor);
    let calls = 0;
    http.axiosRef.interceptors.request.use((config) => {
      calls++;
      return config;
    });
    const before = http.axiosRef.defaults.adapter;
    const detach = Array.from({ length: 10 }, () => interceptor.attach(http.axiosRef));
    expect(new Set(detach).size).toBe(1);
    await firstValueFrom(http.get(`${emulator.baseUrl}${BALANCE}`));
    expect(calls).toBe(1);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
    detach[0]?.();
    expect(http.axiosRef.defaults.adapter).toBe(before);
  });
});
