import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { selfSigned } from '@support/self-signed.js';
import { TlsApi } from '@support/tls-api.js';
import { TunnelProxy } from '@support/tunnel-proxy.js';
import axios, { type AxiosRequestConfig } from 'axios';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';

const applications: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(applications.splice(0).map((application) => application.close()));
  await closeServers();
});

/** An application with a token. */
async function open(api: TlsApi, proxy: TunnelProxy) {
  const options = { ...api.options, proxy: `http://127.0.0.1:${proxy.port}` };
  const app = await bootContext([ContaSimplesAuthModule.forRoot(options)]);
  applications.push(app);
  await app.get(ContaSimplesTokenService).getToken();
  return { app, http: app.get(ContaSimplesHttpService).axiosRef };
}

const agent = new Agent({ ca: selfSigned.cert, rejectUnauthorized: true });

const WAYS: [string, AxiosRequestConfig][] = [
  ['with the agent of the module', {}],
  ['with an agent of the call', { httpsAgent: agent }],
  ['with the answer of an error, which is not read', { responseType: 'stream', validateStatus: () => false }],
];

describe('the connections of calls through a proxy', () => {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;

  it.each(WAYS)('are freed when the calls have ended: %s', async (_way, config) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const { http } = await open(api, proxy);
    const before = proxy.targets.length;
    const sockets: WeakRef<Socket>[] = [];
    const note = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      sockets.push(new WeakRef(socket));
    };
    subscribe('net.client.socket', note);
    for (let call = 0; call < 10; call++) {
      const status = await http.get('/x', config).then(
        (response) => response.status,
        (error) => error.response.status,
      );
      expect(status).toBe(200);
    }
    unsubscribe('net.client.socket', note);
    expect(proxy.targets.length - before).toBe(10);
    expect(sockets.length).toBeGreaterThanOrEqual(10);
    await Promise.all([api.listening.allClosed(), proxy.listening.allClosed()]);
    const kept = () => sockets.filter((socket) => socket.deref() !== undefined).length;
    for (let tries = 0; tries < 50 && kept() > 1; tries++) {
      await delay(20);
      collect();
    }
    // The parser of the last request may hold its socket until the next one.
    expect(kept()).toBeLessThanOrEqual(1);
  });

  it.each([
    ['timeout', () => ({ timeout: 50 })],
    ['signal', () => ({ signal: AbortSignal.timeout(50) })],
    ['cancel token', () => ({ cancelToken: cancelledSoon() })],
  ])('are closed after a call that its %s ended while the proxy did not answer', async (_limit, config) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const { http } = await open(api, proxy);
    proxy.behaviour = () => {};
    const errors = await Promise.all([1, 2, 3].map(() => rejection(http.get('/x', config()))));
    for (const error of errors) expect(axios.isCancel(error) || axios.isAxiosError(error)).toBe(true);
    await proxy.listening.allClosed();
    expect(api.requests).toEqual(['POST /oauth/v1/access-token']);
  });

  it('are not opened after close()', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const { app, http } = await open(api, proxy);
    const before = proxy.targets.length;
    await app.close();
    for (const config of [{}, { contaSimplesAuth: false }]) {
      expect(isContaSimplesAuthError(await rejection(http.get('/x', config)), 'shut_down')).toBe(true);
    }
    expect(proxy.targets).toHaveLength(before);
  });
});

function cancelledSoon() {
  const { token, cancel } = axios.CancelToken.source();
  setTimeout(cancel, 50);
  return token;
}
