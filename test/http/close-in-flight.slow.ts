import { getEventListeners, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect, createServer } from 'node:net';
import { setTimeout as passes } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers, listen } from '@support/listen.js';
import { selfSigned } from '@support/self-signed.js';
import { stopwatch } from '@support/stopwatch.js';
import { TlsApi } from '@support/tls-api.js';
import { TunnelProxy } from '@support/tunnel-proxy.js';
import axios, { type AxiosRequestConfig } from 'axios';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';

const savedEnvironment = { ...process.env };
const agents: HttpsAgent[] = [];
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in savedEnvironment)) delete process.env[name];
  for (const agent of agents.splice(0)) agent.destroy();
  await closeServers();
});

/** One that the library neither made nor destroys. */
function foreignAgent(): HttpsAgent {
  const agent = new HttpsAgent({ keepAlive: true, ca: selfSigned.cert, rejectUnauthorized: true });
  agents.push(agent);
  return agent;
}

async function open(api: TlsApi, options: ContaSimplesModuleOptions = {}) {
  const app = await bootContext([ContaSimplesAuthModule.forRoot({ ...api.options, ...options })]);
  await app.get(ContaSimplesTokenService).getToken();
  return { app, http: app.get(ContaSimplesHttpService).axiosRef };
}

const silent: RequestListener = () => {};
const hanging: RequestListener = (_request, response) => void response.write('first');

/** Ways of a call, each with what the module is set up with and what the call itself brings. */
const WAYS: [string, (proxy: string) => { options?: ContaSimplesModuleOptions; config?: AxiosRequestConfig }][] = [
  ['directly', () => ({})],
  ['through the option proxy', (proxy) => ({ options: { proxy } })],
  [
    'through HTTPS_PROXY',
    (proxy) => {
      process.env.HTTPS_PROXY = proxy;
      return { options: { proxy: 'env' } };
    },
  ],
  ["through the application's agent", () => ({ options: { tls: undefined, httpsAgent: foreignAgent() } })],
  ['through a custom agent', () => ({ config: { httpsAgent: foreignAgent() } })],
  ['through a custom agent and a proxy', (proxy) => ({ options: { proxy }, config: { httpsAgent: foreignAgent() } })],
  ['with a signal', (proxy) => ({ options: { proxy }, config: { signal: new AbortController().signal } })],
  [
    'with a cancel token and a custom agent',
    () => ({ config: { httpsAgent: foreignAgent(), cancelToken: axios.CancelToken.source().token } }),
  ],
  ['with a signal and a cancel token', (proxy) => ({ options: { proxy }, config: bothLimits() })],
  [
    'with a signal, a cancel token and a custom agent',
    () => ({ config: { httpsAgent: foreignAgent(), ...bothLimits() } }),
  ],
];

function bothLimits(): AxiosRequestConfig {
  return { signal: new AbortController().signal, cancelToken: axios.CancelToken.source().token };
}

describe('close() with a call in flight', () => {
  it.each(WAYS)('ends it %s', async (_way, how) => {
    const [api, proxy] = [await TlsApi.start(silent), await TunnelProxy.start()];
    const { options, config } = how(`http://127.0.0.1:${proxy.port}`);
    const { app, http } = await open(api, options);
    const call = rejection(http.get('/x', config));
    await api.received('GET /x');
    await app.close();
    expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
    await Promise.all([api.listening.allClosed(), proxy.listening.allClosed()]);
  });

  it.each(WAYS)('ends a streamed answer %s', async (_way, how) => {
    const [api, proxy] = [await TlsApi.start(hanging), await TunnelProxy.start()];
    const { options, config } = how(`http://127.0.0.1:${proxy.port}`);
    const { app, http } = await open(api, options);
    const { data } = await http.get('/x', { ...config, responseType: 'stream' });
    await once(data, 'data');
    const ended = once(data, 'error');
    await app.close();
    await ended;
    await Promise.all([api.listening.allClosed(), proxy.listening.allClosed()]);
  });

  it.each(WAYS.slice(1, 3))('ends one that waits for its tunnel %s', async (_way, how) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const { options } = how(`http://127.0.0.1:${proxy.port}`);
    const { app, http } = await open(api, options);
    const asked = new Promise<void>((resolve) => {
      proxy.behaviour = () => resolve();
    });
    const call = rejection(http.get('/x'));
    await asked;
    await app.close();
    expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
    await proxy.listening.allClosed();
  });

  it.each(WAYS.slice(1, 3))('ends one whose TLS handshake hangs within the tunnel %s', async (_way, how) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const mute = await listen(createServer((socket) => void socket.resume()));
    const { options } = how(`http://127.0.0.1:${proxy.port}`);
    const { app, http } = await open(api, options);
    const asked = new Promise<void>((resolve) => {
      proxy.behaviour = (socket) => {
        const upstream = connect(mute.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
        upstream.on('error', () => {});
        socket.pipe(upstream).pipe(socket);
        socket.on('close', () => upstream.destroy());
        socket.once('data', () => resolve());
      };
    });
    const call = rejection(http.get('/x'));
    await asked;
    await app.close();
    expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
    await Promise.all([proxy.listening.allClosed(), mute.allClosed()]);
  });

  it('ends thirty of them, and warns of no leak of listeners', async () => {
    const [api, proxy] = [await TlsApi.start(silent), await TunnelProxy.start()];
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    const { app, http } = await open(api, { proxy: `http://127.0.0.1:${proxy.port}` });
    const calls = Array.from({ length: 30 }, (_unused, id) => rejection(http.get(`/x/${id}`)));
    for (let id = 0; id < 30; id++) await api.received(`GET /x/${id}`);
    await app.close();
    for (const error of await Promise.all(calls)) expect(isContaSimplesAuthError(error, 'shut_down')).toBe(true);
    await Promise.all([api.listening.allClosed(), proxy.listening.allClosed()]);
    process.off('warning', listener);
    expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning');
  });

  it('does not take a call that its caller has cancelled for one that was shut down', async () => {
    const api = await TlsApi.start(silent);
    const { app, http } = await open(api);
    const cancel = new AbortController();
    const call = rejection(http.get('/x', { signal: cancel.signal }));
    await api.received('GET /x');
    cancel.abort();
    expect(axios.isCancel(await call)).toBe(true);
    await app.close();
  });

  it.each(['signal', 'cancel token'] as const)('leaves both limits of a call to its caller: %s', async (limit) => {
    const [api, proxy] = [await TlsApi.start(silent), await TunnelProxy.start()];
    const { app, http } = await open(api, { proxy: `http://127.0.0.1:${proxy.port}` });
    const [aborter, source] = [new AbortController(), axios.CancelToken.source()];
    const limits = { signal: aborter.signal, cancelToken: source.token };
    const call = rejection(http.get('/x', limits));
    await api.received('GET /x');
    if (limit === 'signal') aborter.abort();
    else source.cancel('the user left');
    const error = await call;
    expect(axios.isCancel(error)).toBe(true);
    if (limit === 'cancel token') expect(error).toMatchObject({ message: 'the user left' });
    await Promise.all([api.listening.allClosed(), proxy.listening.allClosed()]);
    await app.close();
  });

  it('removes its listener from the signal of a call that is over', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const { app, http } = await open(api, { proxy: `http://127.0.0.1:${proxy.port}` });
    const limits = bothLimits();
    for (const responseType of ['json', 'stream'] as const) {
      const { data } = await http.get('/x', { ...limits, responseType });
      if (responseType === 'stream') await once(data.resume(), 'close');
    }
    // The answer of an error is often not read.
    await rejection(http.get('/x', { ...limits, responseType: 'stream', validateStatus: () => false }));
    expect(getEventListeners(limits.signal as AbortSignal, 'abort')).toEqual([]);
    await app.close();
  });

  it('ends one that is sent once more on a new connection', async () => {
    let count = 0;
    let onThird = () => {};
    const third = new Promise<void>((resolve) => {
      onThird = resolve;
    });
    const api = await TlsApi.start((request, response) => {
      count++;
      if (count === 1) response.end('{}');
      else if (count === 2) request.socket.destroy();
      else onThird();
    });
    const { app, http } = await open(api);
    await http.get('/x');
    // So long that the server may have closed the connection.
    await passes(800);
    const call = rejection(http.get('/x'));
    await third;
    await app.close();
    expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
    await api.listening.allClosed();
  });

  it.each([null, false, 0, ''])('takes %j as signal for none, like axios', async (signal) => {
    const api = await TlsApi.start();
    const { app, http } = await open(api);
    for (const cancelToken of [axios.CancelToken.source().token, null]) {
      const config = { signal, cancelToken } as unknown as AxiosRequestConfig;
      expect((await http.get('/x', config)).status).toBe(200);
    }
    await app.close();
  });

  it('ends a token request that waits for its tunnel', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const asked = new Promise<void>((resolve) => {
      proxy.behaviour = () => resolve();
    });
    const options = { ...api.options, proxy: `http://127.0.0.1:${proxy.port}`, bootstrap: 'lazy' as const };
    const app = await bootContext([ContaSimplesAuthModule.forRoot(options)]);
    const call = rejection(app.get(ContaSimplesTokenService).getToken());
    await asked;
    const elapsedMs = stopwatch();
    await app.close();
    expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
    await proxy.listening.allClosed();
    expect(elapsedMs()).toBeLessThan(1_500);
  });
});
