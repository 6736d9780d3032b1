import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpModule, HttpService } from '@nestjs/axios';
import { Inject, Injectable, Module } from '@nestjs/common';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosAdapter } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';
import { firstValueFrom } from 'rxjs';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const require = createRequire(import.meta.url);
const commonJsAxios: typeof axios = require('axios');

async function bootWithInterceptor(...args: Parameters<typeof boot>) {
  const booted = await boot(...args);
  const interceptor = booted.app.get(ContaSimplesAuthInterceptor);
  const token = await booted.tokens.getAccessToken();
  return { ...booted, interceptor, bearer: `Bearer ${token}` };
}

async function bootWithApi() {
  const api = await RecordingServer.start();
  const booted = await bootWithInterceptor({ options: { origins: [api.origin] } });
  return { ...booted, api, instance: axios.create({ baseURL: api.origin }) };
}

describe('attach()', () => {
  it('puts the token on an instance that the application has made', async () => {
    const { interceptor, api, instance, bearer } = await bootWithApi();
    interceptor.attach(instance);
    await instance.get('/x');
    expect(api.authorizations).toEqual([bearer]);
  });

  it('puts the token on the instance of HttpModule.register()', async () => {
    const { interceptor, emulator, app } = await bootWithInterceptor({
      imports: [HttpModule.register({ timeout: 2_000 })],
    });
    const http = app.get(HttpService, { strict: false });
    interceptor.attach(http.axiosRef);
    const { status } = await firstValueFrom(http.get(`${emulator.baseUrl}/accounts/v1/balance`));
    expect(status).toBe(200);
  });

  it('is ended by the function that it returned', async () => {
    const { interceptor, api, instance } = await bootWithApi();
    const before = instance.defaults.adapter;
    const detach = interceptor.attach(instance);
    detach();
    detach();
    await instance.get('/x');
    expect(api.authorizations).toEqual([undefined]);
    expect(instance.defaults.adapter).toBe(before);
  });

  it('can be done again after it was ended, and is then not ended by the old function', async () => {
    const { interceptor, api, instance, bearer } = await bootWithApi();
    const first = interceptor.attach(instance);
    first();
    interceptor.attach(instance);
    first();
    await instance.get('/x');
    expect(api.authorizations).toEqual([bearer]);
  });

  it('done by ten feature modules is done once, and ended once', async () => {
    const { interceptor, api, instance, bearer } = await bootWithApi();
    const functions = Array.from({ length: 10 }, () => interceptor.attach(instance));
    await instance.get('/x');
    functions.at(-1)?.();
    await instance.get('/x');
    expect(api.authorizations).toEqual([bearer, undefined]);
  });

  it('done in the constructors of ten feature modules that share one HttpModule sends one token with one request', async () => {
    const shared = HttpModule.register({});
    const features = Array.from({ length: 10 }, () => {
      @Injectable()
      class Feature {
        constructor(
          @Inject(HttpService) http: HttpService,
          @Inject(ContaSimplesAuthInterceptor) auth: ContaSimplesAuthInterceptor,
        ) {
          auth.attach(http.axiosRef);
        }
      }
      @Module({ imports: [shared], providers: [Feature] })
      class FeatureModule {}
      return FeatureModule;
    });
    const { app, emulator } = await boot({ imports: [shared, ...features] });
    const http = app.get(HttpService, { strict: false });
    await firstValueFrom(http.get(`${emulator.baseUrl}/accounts/v1/balance`));
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
    expect(emulator.counts.token.total).toBe(1);
  });

  it('sends the token to the origins given, and to no other', async () => {
    const { interceptor, emulator, bearer } = await bootWithInterceptor();
    const api = await RecordingServer.start();
    const instance = axios.create({ validateStatus: () => true });
    interceptor.attach(instance, { origins: [api.origin] });
    await instance.get(`${api.origin}/x`);
    expect(api.authorizations).toEqual([bearer]);
    const { status } = await instance.get(`${emulator.baseUrl}/accounts/v1/balance`);
    expect(status).toBe(401);
  });

  it('sends requests to other origins without a token', async () => {
    const { interceptor, instance } = await bootWithApi();
    const foreign = await RecordingServer.start();
    interceptor.attach(instance);
    await instance.get(`${foreign.origin}/x`);
    expect(foreign.authorizations).toEqual([undefined]);
  });

  it.each<[string, object, string]>([
    ['an Authorization header', { headers: { Authorization: 'Bearer of-the-caller' } }, 'Bearer of-the-caller'],
    ['one in lower case', { headers: { authorization: 'Bearer of-the-caller' } }, 'Bearer of-the-caller'],
    ['auth', { auth: { username: 'ada', password: 'pw' } }, `Basic ${Buffer.from('ada:pw').toString('base64')}`],
  ])(
    "leaves the caller's own credentials as they are, and a 401 to them triggers nothing: %s",
    async (_name, config, sent) => {
      const api = await RecordingServer.start((response) => response.writeHead(401).end());
      const { interceptor, emulator } = await bootWithInterceptor({ options: { origins: [api.origin] } });
      const instance = axios.create({ validateStatus: () => true });
      interceptor.attach(instance);
      const { status } = await instance.get(`${api.origin}/x`, config);
      expect(status).toBe(401);
      expect(api.authorizations).toEqual([sent]);
      expect(emulator.counts.token.total).toBe(1);
    },
  );

  it('leaves out the token for one request with contaSimplesAuth: false', async () => {
    const { interceptor, api, instance, bearer } = await bootWithApi();
    interceptor.attach(instance);
    await instance.get('/x', { contaSimplesAuth: false });
    await instance.get('/x', { contaSimplesAuth: true });
    expect(api.authorizations).toEqual([undefined, bearer]);
  });

  it('is ended also where the adapter was wrapped since', async () => {
    const { interceptor, api, instance } = await bootWithApi();
    const detach = interceptor.attach(instance);
    const ours = instance.defaults.adapter as AxiosAdapter;
    const wrapper: AxiosAdapter = (config) => ours({ ...config, headers: config.headers.set('X-Wrapped', 'yes') });
    instance.defaults.adapter = wrapper;
    detach();
    await instance.get('/x');
    expect(instance.defaults.adapter).toBe(wrapper);
    expect(api.authorizations).toEqual([undefined]);
    expect(api.requests[0]?.headers['x-wrapped']).toBe('yes');
  });

  it('wraps the adapter that it finds', async () => {
    const { interceptor, api, instance, bearer } = await bootWithApi();
    const seen: unknown[] = [];
    const http = axios.getAdapter('http');
    instance.defaults.adapter = (config) => {
      seen.push(config.headers.get('Authorization'));
      return http(config);
    };
    interceptor.attach(instance);
    await instance.get('/x');
    expect(seen).toEqual([bearer]);
    expect(api.authorizations).toEqual([bearer]);
  });

  it.each(['http', 'fetch'] as const)('works through the adapter %s', async (adapter) => {
    const { interceptor, emulator } = await bootWithInterceptor();
    const instance = axios.create({ baseURL: emulator.baseUrl, adapter });
    interceptor.attach(instance);
    await instance.get('/accounts/v1/balance');
    emulator.revokeTokens();
    const { status } = await instance.get('/accounts/v1/balance');
    expect(status).toBe(200);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 2, 401: 1 });
  });

  it('keeps the errors of an instance of the CommonJS build in that build', async () => {
    const { interceptor, emulator } = await bootWithInterceptor();
    const instance = commonJsAxios.create({ baseURL: emulator.baseUrl });
    interceptor.attach(instance);
    const { status } = await instance.get('/accounts/v1/balance');
    expect(status).toBe(200);
    const error = await instance.get('/nowhere').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(commonJsAxios.AxiosError);
  });

  it('leaves the User-Agent of the instance alone', async () => {
    const { interceptor, api, instance } = await bootWithApi();
    interceptor.attach(instance);
    await instance.get('/x');
    expect(api.requests[0]?.headers['user-agent']).toBe(`axios/${axios.VERSION}`);
  });

  it('never touches the default axios or a bare HttpModule', async () => {
    const api = await RecordingServer.start();
    const { app, tokens } = await boot({ imports: [HttpModule], options: { origins: [api.origin] } });
    await tokens.getToken();
    const bare = app.get(HttpService, { strict: false });
    await firstValueFrom(bare.get(`${api.origin}/bare`));
    await axios.get(`${api.origin}/default`);
    await axios.create().get(`${api.origin}/created`);
    expect(api.authorizations).toEqual([undefined, undefined, undefined]);
  });
});
