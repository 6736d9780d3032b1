import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { boot, bootContext, closeAll } from '@support/boot.js';
import { CanaryScanner, type Printed, printedEverywhere } from '@support/canaries.js';
import { freePort } from '@support/free-port.js';
import { closeServers, listen } from '@support/listen.js';
import { selfSigned } from '@support/self-signed.js';
import {
  ContaSimplesAuthModule,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import { ContaSimplesHealthIndicator } from 'nestjs-conta-simples-auth/terminus';
import { echoOf } from './echo.js';
import { failInJob, startFailingApp } from './failing-app.js';
import { LogBook } from './log-book.js';
import { TOKEN_ENDPOINT_FAULTS } from './token-endpoint-faults.js';

const PAIR = { apiKey: 'canary-key+/"0123"\\456789', apiSecret: 'canary-secret+/=%&"9876"\\54321<abcdef>' };
const BASIC = Buffer.from(`${PAIR.apiKey}:${PAIR.apiSecret}`).toString('base64');
const PROXY_PASSWORD = 'canary-password-of-the-proxy';
/** Quick to give up: what is looked at here is what is said then. */
const HURRY = { bootstrap: 'lazy', requestTimeoutMs: 100, waitTimeoutMs: 150 } as const;

const scanner = new CanaryScanner({ key: PAIR.apiKey, secret: PAIR.apiSecret, Basic: BASIC, proxy: PROXY_PASSWORD });
const log = new LogBook();
const errors = new Map<string, unknown[]>();
const texts = new Map<string, Printed[]>();
const apps: INestApplicationContext[] = [];

/** Boots an application; what it returns lets the fault happen. All boot before that, since each sets Nest's logger. */
async function prepareRow([name, fault]: (typeof TOKEN_ENDPOINT_FAULTS)[number]) {
  const { tokens, http, emulator } = await boot({
    options: { ...PAIR, ...HURRY },
    emulator: { accounts: [{ name: 'default', ...PAIR }] },
  });
  const issued = `canary-token.${Buffer.from(name.repeat(4)).toString('base64url')}.of-this-row`;
  scanner.add('token', issued);
  const echo = echoOf([PAIR.apiKey, PAIR.apiSecret, `Basic ${BASIC}`, issued]);
  emulator.fail('token', fault(echo), { times: Number.POSITIVE_INFINITY });
  return () =>
    runCalls(name, tokens, [
      () => tokens.getToken(),
      () => tokens.fetch('/accounts/v1/balance'),
      () => http.axiosRef.get('/accounts/v1/balance'),
    ]);
}

/** Where there is no emulator to speak to. */
async function prepareElsewhere(name: string, options: ContaSimplesModuleOptions, account?: string) {
  const app = await bootContext([ContaSimplesAuthModule.forRoot({ ...PAIR, ...HURRY, ...options })]);
  apps.push(app);
  const tokens = app.get(ContaSimplesTokenService);
  return () => runCalls(name, tokens, [() => tokens.getToken(account), () => tokens.fetch('/x', { account })], account);
}

async function runCalls(
  name: string,
  tokens: ContaSimplesTokenService,
  calls: (() => Promise<unknown>)[],
  account?: string,
): Promise<void> {
  const events: unknown[] = [];
  tokens.events.subscribe((event) => events.push(event));
  const outcomes = await Promise.allSettled(calls.map((call) => call()));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const health = new ContaSimplesHealthIndicator(tokens, new HealthIndicatorService());
  const answers = [await health.isHealthy('contaSimples', { account }), await health.isHealthy('contaSimples')];
  const values = [...failures, events, tokens.status(account), ...answers];
  errors.set(name, failures);
  texts.set(name, values.flatMap(printedEverywhere));
  for (const value of values) log.record(value);
}

async function prepareNetworkRows() {
  const plain = await listen(createServer((socket) => socket.end(`${PAIR.apiSecret} ${BASIC}\r\n\r\n`)));
  const silent = await listen(createServer());
  const tls = await listen(createTlsServer(selfSigned, (socket) => socket.destroy()));
  const gone = await freePort();
  const refusing = await listen(
    createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (chunk) => socket.end(`HTTP/1.1 407 ${PROXY_PASSWORD}\r\nx-echo: ${chunk}\r\n\r\n`));
    }),
  );
  const https = (port: number) => `https://localhost:${port}`;
  const proxy = (port: number) => `http://user:${PROXY_PASSWORD}@127.0.0.1:${port}`;
  return Promise.all([
    prepareElsewhere('N01 no listener', { baseUrl: `http://127.0.0.1:${gone}` }),
    prepareElsewhere('N08 no such name', { baseUrl: 'https://nowhere.invalid', proxy: false }),
    prepareElsewhere('N11 a certificate of no trusted authority', { baseUrl: https(tls.port), proxy: false }),
    prepareElsewhere('N12 plain text on a port for TLS', { baseUrl: https(plain.port), proxy: false }),
    prepareElsewhere('N13 silence in the handshake', { baseUrl: https(silent.port), proxy: false }),
    prepareElsewhere('N16 a proxy that is gone', { baseUrl: 'https://api.invalid', proxy: proxy(gone) }),
    prepareElsewhere('N16 a proxy that wants a login', { baseUrl: 'https://api.invalid', proxy: proxy(refusing.port) }),
    prepareElsewhere('N16 a proxy that is silent', { baseUrl: 'https://api.invalid', proxy: proxy(silent.port) }),
    prepareElsewhere(
      'K03 credentials that throw',
      {
        baseUrl: `http://127.0.0.1:${gone}`,
        apiKey: undefined,
        apiSecret: undefined,
        accounts: () => Promise.reject(new Error(`No such pair: ${PAIR.apiKey} ${PAIR.apiSecret}`)),
      },
      'matriz',
    ),
  ]);
}

const NETWORK_ROWS = [
  'N01 no listener',
  'N08 no such name',
  'N11 a certificate of no trusted authority',
  'N12 plain text on a port for TLS',
  'N13 silence in the handshake',
  'N16 a proxy that is gone',
  'N16 a proxy that wants a login',
  'N16 a proxy that is silent',
  'K03 credentials that throw',
];
/** Faults that a token survives. */
const HARMLESS = /^(F12|F20)/;

beforeAll(async () => {
  const rows = [...(await Promise.all(TOKEN_ENDPOINT_FAULTS.map(prepareRow))), ...(await prepareNetworkRows())];
  Logger.overrideLogger(log);
  await Promise.all(rows.map((run) => run()));
  const failing = await startFailingApp(log);
  // One of each row is enough here: they differ in their stack alone.
  const last = [...errors].map(([name, failures]) => ({ name, failure: failures.at(-1) }));
  for (const { name, failure } of last) texts.get(name)?.push(await failing.answerTo(failure));
  await failInJob(
    last.map(({ failure }) => failure),
    log,
  );
  await failing.close();
}, 30_000);

afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await closeAll();
  await closeServers();
});

describe('a fault of the token endpoint, which says all that it was told', () => {
  it.each([...TOKEN_ENDPOINT_FAULTS.map(([name]) => name), ...NETWORK_ROWS])('shows nothing secret: %s', (name) => {
    const failures = errors.get(name) ?? [];
    if (!HARMLESS.test(name)) expect(failures.length).toBeGreaterThan(1);
    expect(failures.every((failure) => isContaSimplesAuthError(failure))).toBe(true);
    expect(texts.get(name)?.length).toBeGreaterThan(0);
    scanner.expectNone(texts.get(name) ?? []);
  });

  it('shows nothing secret in the logs of Nest, as text and as JSON, of pino and of a scheduled job', () => {
    expect(log.texts.length).toBeGreaterThan(300);
    scanner.expectNone(log.texts);
  });
});
