import { createServer } from 'node:https';
import type { INestApplicationContext } from '@nestjs/common';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import {
  ContaSimplesAuthInterceptor,
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import { CERTIFICATES, TEST_CA } from '../faults/certificates.js';
import { bootContext } from './boot.js';
import { listen } from './listen.js';

let tokens = 0;

const apps = new Set<INestApplicationContext>();

/** For `afterEach`. */
export async function closeTlsApps(): Promise<void> {
  for (const app of apps) await app.close();
  apps.clear();
}

/** A TLS server on this machine that notes the Authorization header of each request that is none for a token. */
export async function startTlsServer(certificate: { cert: string; key: string }) {
  const seen: (string | undefined)[] = [];
  const refused = new Set<string | undefined>();
  const server = createServer(certificate, (request, response) => {
    const { authorization } = request.headers;
    response.setHeader('content-type', 'application/json');
    if (request.url?.endsWith('/access-token')) {
      const token = { access_token: `canary-token-${++tokens}-0123456789`, token_type: 'Bearer', expires_in: 1_800 };
      response.end(JSON.stringify(token));
      return;
    }
    seen.push(authorization);
    response.writeHead(refused.has(authorization) ? 401 : 200).end('{}');
  });
  server.on('tlsClientError', () => {});
  const listening = await listen(server);
  return { port: listening.port, seen, refused, listening };
}

export type TwoServers = Awaited<ReturnType<typeof prepareTwoServers>>;

/**
 * An API whose certificate is for `localhost`, and a stranger whose certificate is for another name. Both names of this
 * machine, `localhost` and `127.0.0.1`, are origins of the account.
 */
export async function prepareTwoServers(options: ContaSimplesModuleOptions = { tls: { ca: TEST_CA } }) {
  const api = await startTlsServer(CERTIFICATES.trusted);
  const stranger = await startTlsServer(CERTIFICATES.otherName);
  const baseURL = `https://localhost:${api.port}`;
  const byAddress = `https://127.0.0.1:${api.port}`;
  const pair = { apiKey: 'key', apiSecret: 'secret' };
  const app = await bootContext([
    ContaSimplesAuthModule.forRoot({ ...pair, baseUrl: baseURL, proxy: false, origins: [byAddress], ...options }),
  ]);
  apps.add(app);
  const tokens = app.get(ContaSimplesTokenService);
  const token = await tokens.getAccessToken();
  return {
    app,
    api,
    stranger,
    baseURL,
    byAddress,
    tokens,
    bearer: `Bearer ${token}`,
    http: app.get(ContaSimplesHttpService).axiosRef,
    attached: (config: AxiosRequestConfig = {}): AxiosInstance => {
      const instance = axios.create({ baseURL, proxy: false, timeout: 2_000, ...config });
      app.get(ContaSimplesAuthInterceptor).attach(instance);
      return instance;
    },
  };
}
