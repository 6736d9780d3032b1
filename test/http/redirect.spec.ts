import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

async function prepare() {
  return { ...(await boot()), foreign: await RecordingServer.start() };
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with status %i is not followed', async (status) => {
    const { http, emulator, foreign } = await prepare();
    emulator.fail('resource', { status, headers: { location: `${foreign.origin}/x` } }, { times: 2 });
    const bait: AxiosRequestConfig = { maxRedirects: 5, beforeRedirect: () => undefined };
    const error = await http.axiosRef.get('/accounts/v1/balance', bait).catch((reason: unknown) => reason);
    expect(axios.isAxiosError(error) && error.response?.status).toBe(status);
    const answer = await http.axiosRef.get('/accounts/v1/balance', { ...bait, validateStatus: () => true });
    expect(answer.status).toBe(status);
    expect(answer.headers.location).toBe(`${foreign.origin}/x`);
    expect(foreign.requests).toEqual([]);
  });

  it.each(['http', 'fetch'] as const)(
    'is not followed by an attached instance with the adapter %s',
    async (adapter) => {
      const { app, emulator, foreign } = await prepare();
      const instance = axios.create({ baseURL: emulator.baseUrl, adapter });
      app.get(ContaSimplesAuthInterceptor).attach(instance);
      emulator.fail('resource', { status: 302, headers: { location: `${foreign.origin}/x` } });
      const bait: AxiosRequestConfig = { maxRedirects: 5, fetchOptions: { redirect: 'follow' } };
      const error = await instance.get('/accounts/v1/balance', bait).catch((reason: unknown) => reason);
      expect(axios.isAxiosError(error) && error.response?.status).toBe(302);
      expect(foreign.requests).toEqual([]);
    },
  );

  it('is not followed by an adapter that heeds the options of fetch alone, as that of axios 1.18', async () => {
    const { app, emulator, foreign } = await prepare();
    const adapter = async (config: InternalAxiosRequestConfig) => {
      const headers = config.headers.toJSON() as Record<string, string>;
      const { status } = await fetch(config.url ?? '', { ...config.fetchOptions, headers });
      return { data: '', status, statusText: '', headers: {}, config };
    };
    const instance = axios.create({ baseURL: emulator.baseUrl, adapter });
    app.get(ContaSimplesAuthInterceptor).attach(instance);
    const location = `${foreign.origin}/x`;
    for (const fetchOptions of [undefined, { redirect: 'follow' as const }]) {
      emulator.fail('resource', { status: 307, headers: { location } });
      const answer = await instance.get('/accounts/v1/balance', { fetchOptions });
      expect(answer.status).toBe(307);
      expect(answer.config.fetchOptions).toEqual(fetchOptions);
    }
    expect(foreign.requests).toEqual([]);
  });

  it("is not followed by ContaSimplesHttpService with the caller's own credentials either", async () => {
    const { http, emulator, foreign } = await prepare();
    emulator.fail('resource', { status: 302, headers: { location: `${foreign.origin}/x` } });
    const config = { headers: { Authorization: 'Bearer of-the-caller' }, validateStatus: () => true };
    const { status } = await http.axiosRef.get('/accounts/v1/balance', config);
    expect(status).toBe(302);
    expect(foreign.requests).toEqual([]);
  });
});
