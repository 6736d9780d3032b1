import { setTimeout as passes } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { freePort } from '@support/free-port.js';
import { closeServers } from '@support/listen.js';
import { doctorEnvironment, runDoctor } from '@support/run-doctor.js';
import { selfSigned } from '@support/self-signed.js';
import { TlsApi } from '@support/tls-api.js';
import { HttpsProxyAgent } from 'hpagent';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import { closeProcesses } from './support/server-process.js';
import { hasSquid, startSquid } from './support/squid.js';
import { worksBeside } from './support/works-beside.js';

const PASSWORD = 'p@ss:w/rd %maçã';
const LOGIN = `shop:${encodeURIComponent(PASSWORD)}`;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  delete process.env.HTTPS_PROXY;
  for (const close of cleanUp.splice(0)) await close();
  await closeProcesses();
  await closeServers();
});

async function open(api: TlsApi, options: ContaSimplesModuleOptions = {}) {
  const app = await bootContext([ContaSimplesAuthModule.forRoot({ ...api.options, bootstrap: 'lazy', ...options })]);
  cleanUp.push(() => app.close());
  return { app, tokens: app.get(ContaSimplesTokenService), http: app.get(ContaSimplesHttpService).axiosRef };
}

if (hasSquid) {
  const note = 'axios makes a tunnel for each call; `hpagent` keeps them ([recipes.md](recipes.md#proxies))';
  worksBeside({ name: 'squid', version: 'Debian package', note }, (step) => {
    step('token, call, 401 and replay by `HTTPS_PROXY` and by the option, with a percent-encoded login', async () => {
      let rejected = 0;
      const api = await TlsApi.start((request, response) => {
        response.statusCode = request.url === '/x' && rejected++ === 0 ? 401 : 200;
        response.end('{}');
      });
      const squid = await startSquid('shop', PASSWORD);
      const address = `http://${LOGIN}@127.0.0.1:${squid.port}`;
      process.env.HTTPS_PROXY = address;
      for (const proxy of ['env', address] as const) {
        rejected = 0;
        const { http } = await open(api, { proxy });
        await http.get('/before');
        expect((await http.get('/x')).status).toBe(200);
      }
      // Two tokens and three calls each.
      expect(api.requests).toHaveLength(10);
      // Logged as a tunnel ends.
      for (let tries = 0; squid.tunnels().length < 10 && tries < 500; tries++) await passes(20);
      expect(squid.tunnels()).toEqual(Array(10).fill(`200 localhost:${api.listening.port}`));
    });

    step('the doctor agrees', async () => {
      const api = await TlsApi.start();
      const squid = await startSquid('shop', PASSWORD);
      const variables = (login: string) => ({
        ...doctorEnvironment(api.baseUrl),
        HTTPS_PROXY: `http://${login}@127.0.0.1:${squid.port}`,
      });
      expect((await runDoctor({ environment: variables(LOGIN) })).line('proxy')).toMatch(/^ok/);
      const wrong = await runDoctor({ environment: variables('shop:canary-password') });
      expect(wrong.line('proxy')).toMatch(/answered 407/);
      expect(wrong.out).not.toContain('canary-password');
    });

    step('a wrong login is `proxy_error`', async () => {
      const api = await TlsApi.start();
      const squid = await startSquid('shop', PASSWORD);
      const { tokens } = await open(api, { proxy: `http://shop:canary@127.0.0.1:${squid.port}` });
      const error = await rejection(tokens.getToken());
      expect(isContaSimplesAuthError(error, 'proxy_error')).toBe(true);
      expect((error as Error).message).toContain(`The proxy 127.0.0.1:${squid.port} answered 407`);
      expect((error as Error).message).not.toContain('canary');
    });

    step('a service that squid does not reach is `proxy_error`', async () => {
      const api = await TlsApi.start();
      const closedPort = await freePort();
      const squid = await startSquid('shop', PASSWORD);
      const proxy = `http://${LOGIN}@127.0.0.1:${squid.port}`;
      const { tokens } = await open(api, { baseUrl: `https://localhost:${closedPort}`, proxy });
      const error = await rejection(tokens.getToken());
      expect(isContaSimplesAuthError(error, 'proxy_error')).toBe(true);
      expect((error as Error).message).toContain(`instead of connecting to localhost:${closedPort}`);
    });

    step('token and 80 calls through an agent of `hpagent`: one tunnel', async () => {
      const api = await TlsApi.start();
      const squid = await startSquid('shop', PASSWORD);
      const httpsAgent = new HttpsProxyAgent({
        proxy: `http://${LOGIN}@127.0.0.1:${squid.port}`,
        keepAlive: true,
        ca: selfSigned.cert,
        rejectUnauthorized: true,
      });
      const { app, http } = await open(api, { tls: undefined, proxy: false, httpsAgent });
      for (let call = 0; call < 80; call++) await http.get('/x');
      await app.close();
      httpsAgent.destroy();
      await api.listening.allClosed();
      await closeProcesses();
      expect(api.listening.accepted).toBe(1);
    });

    step('close() with a call in flight', async () => {
      const api = await TlsApi.start(() => {});
      const squid = await startSquid('shop', PASSWORD);
      const { app, http } = await open(api, { proxy: `http://${LOGIN}@127.0.0.1:${squid.port}` });
      const call = rejection(http.get('/x'));
      await api.received('GET /x');
      await app.close();
      expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
      await api.listening.allClosed();
    });
  });
}
