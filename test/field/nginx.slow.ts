import { setTimeout as passes } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { selfSigned } from '@support/self-signed.js';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { hasNginx, startNginx } from './support/nginx.js';
import { closeProcesses } from './support/server-process.js';
import { worksBeside } from './support/works-beside.js';

const BALANCE = '/accounts/v1/balance';
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
  await closeProcesses();
  await closeServers();
});

async function emulate(): Promise<ContaSimplesEmulator> {
  const emulator = await startContaSimplesEmulator();
  cleanUp.push(() => emulator.close());
  return emulator;
}

async function open(baseUrl: string, options: ContaSimplesModuleOptions = {}) {
  const tls = { ca: selfSigned.cert };
  const given = { baseUrl, ...EMULATOR_CREDENTIALS, tls, proxy: false, bootstrap: 'lazy', ...options } as const;
  const app = await bootContext([ContaSimplesAuthModule.forRoot(given)]);
  cleanUp.push(() => app.close());
  return { app, tokens: app.get(ContaSimplesTokenService), http: app.get(ContaSimplesHttpService).axiosRef };
}

const failureOf = (open: { tokens: ContaSimplesTokenService }) => rejection(open.tokens.getToken());

/**
 * Calls of 40 clients, each about as long after its last answer as the server keeps a connection; what failed. All of them
 * use the connections of one client, which has 40 idle ones then.
 */
async function spaced(ms: number, rounds: number, call: () => Promise<unknown>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const clients = Array.from({ length: 40 }, async (_unused, id) => {
    for (let round = 0; round < rounds; round++) {
      if (round > 0) await passes(ms - 3 + (id % 6));
      await call().catch((error: unknown) => errors.push((error as { code?: string }).code ?? error));
    }
  });
  await Promise.all(clients);
  return errors;
}

if (hasNginx) {
  const note = 'an idle connection is closed after 4 s; raise nginx’ `keepalive_timeout` above 5 s';
  worksBeside({ name: 'nginx', version: 'Debian package', note }, (step) => {
    step('token and call, 401 and replay, failure, and close() with a call in flight, over TLS', async () => {
      const emulator = await emulate();
      const { baseUrl } = await startNginx({ upstream: emulator.baseUrl });
      const { app, tokens, http } = await open(baseUrl);
      expect((await http.get(BALANCE)).status).toBe(200);
      emulator.revokeTokens();
      expect((await http.get(BALANCE)).status).toBe(200);
      expect(emulator.counts.token.total).toBe(2);
      await emulator.close();
      expect(isContaSimplesAuthError(await rejection(tokens.refresh()), 'server_error')).toBe(true);
      expect(await rejection(http.get(BALANCE))).toMatchObject({ response: { status: 502 } });
      await app.close();
    });

    step('`keepalive_timeout` of 7, 5, 3 and 1 s, 600 GETs at that distance: none fails', async () => {
      const emulator = await emulate();
      const runs = [
        [7, 3],
        [5, 4],
        [3, 4],
        [1, 4],
      ] as const;
      const errors = runs.map(async ([seconds, rounds]) => {
        const server = `keepalive_timeout ${seconds}s;`;
        const { http } = await open((await startNginx({ upstream: emulator.baseUrl, server })).baseUrl);
        return spaced(seconds * 1_000, rounds, () => http.get(BALANCE));
      });
      expect((await Promise.all(errors)).flat()).toEqual([]);
    });

    step('`keepalive_timeout` of 7 and 5 s, 200 POSTs at that distance: none fails', async () => {
      const emulator = await emulate();
      const errors = [7, 5].map(async (seconds) => {
        const server = `keepalive_timeout ${seconds}s;`;
        const { http } = await open((await startNginx({ upstream: emulator.baseUrl, server })).baseUrl);
        return spaced(seconds * 1_000, 3, () => http.post('/x', { a: 1 }, { validateStatus: () => true }));
      });
      expect((await Promise.all(errors)).flat()).toEqual([]);
    });

    step('`keepalive_timeout 3s 3s`, which names its time, and `keepalive_requests 5`: none fails', async () => {
      const emulator = await emulate();
      const server = 'keepalive_timeout 3s 3s; keepalive_requests 5;';
      const { http } = await open((await startNginx({ upstream: emulator.baseUrl, server })).baseUrl);
      expect(await spaced(3_000, 3, () => http.post('/x', {}, { validateStatus: () => true }))).toEqual([]);
      const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await http.get(BALANCE)).status));
      expect(new Set(statuses)).toEqual(new Set([200]));
    });

    step('`ssl_verify_client on` without a client certificate is `request_rejected`, and names it', async () => {
      const emulator = await emulate();
      const server = 'ssl_verify_client on; ssl_client_certificate FOLDER/cert.pem;';
      const { baseUrl } = await startNginx({ upstream: emulator.baseUrl, server });
      const error = await failureOf(await open(baseUrl));
      expect(isContaSimplesAuthError(error, 'request_rejected')).toBe(true);
      const { message } = error as Error;
      expect(message).toContain(`${baseUrl}/oauth/v1/access-token answered 400 with an HTML page`);
      expect(message).toContain('client certificate');
      expect(message.split(baseUrl)).toHaveLength(2);
      expect(emulator.counts.token.total).toBe(0);
      const { http } = await open(baseUrl, { tls: { ca: selfSigned.cert, ...selfSigned } });
      expect((await http.get(BALANCE)).status).toBe(200);
    });

    step('plain http to the TLS port, and a login of nginx, are `request_rejected` as well', async () => {
      const emulator = await emulate();
      const location = 'auth_basic "shop"; auth_basic_user_file FOLDER/passwords;';
      const { baseUrl, port } = await startNginx({ upstream: emulator.baseUrl, location });
      const plain = await failureOf(await open(`http://127.0.0.1:${port}`, { tls: undefined }));
      const login = await failureOf(await open(baseUrl));
      expect([plain, login].map((error) => isContaSimplesAuthError(error, 'request_rejected'))).toEqual([true, true]);
      expect((login as Error).message).toContain('answered 401 with an HTML page');
      expect(emulator.counts.token.total).toBe(0);
    });

    step("the API's own JSON 400 and 401 through it stay `credentials_rejected`", async () => {
      const emulator = await emulate();
      const { baseUrl } = await startNginx({ upstream: emulator.baseUrl });
      for (const status of [400, 401]) {
        emulator.fail('token', { status });
        const error = await failureOf(await open(baseUrl));
        expect(isContaSimplesAuthError(error, 'credentials_rejected')).toBe(true);
      }
    });
  });
}
