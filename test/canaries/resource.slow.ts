import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { types } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { boot, closeAll } from '@support/boot.js';
import { CanaryScanner, type Printed, printedEverywhere } from '@support/canaries.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosRequestConfig } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';
import { ContaSimplesHealthIndicator } from 'nestjs-conta-simples-auth/terminus';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { type Echo, echoOf, type RawAnswer, rawAnswer } from './echo.js';
import { failInJob, startFailingApp } from './failing-app.js';
import { LogBook } from './log-book.js';

/** A row of the list of faults: what the API does, and how it was asked. */
type ResourceFault = readonly [name: string, answer: (echo: Echo) => string, config?: () => AxiosRequestConfig];

const status = (name: string, code: number, answer?: RawAnswer, config?: () => AxiosRequestConfig): ResourceFault => [
  name,
  (echo) => rawAnswer(code, echo, answer),
  config,
];

const RESOURCE_FAULTS: readonly ResourceFault[] = [
  status('A01 401', 401),
  status('A01 401 as bytes', 401, {}, () => ({ responseType: 'arraybuffer' })),
  status('A01 401 as text', 401, {}, () => ({ responseType: 'text' })),
  status('A01 401 that is no JSON', 401, { type: 'text/html' }, () => ({
    responseType: 'json',
    transitional: { silentJSONParsing: false },
  })),
  status('A08 401 to a stream', 401, {}, () => ({ method: 'post', data: Readable.from(['a']) })),
  ...[400, 403, 404, 409, 422].map((code) =>
    status(`A05 ${code}`, code, {}, () => ({ method: 'post', data: { a: 1 } })),
  ),
  status('A06 429', 429, { headers: { 'retry-after': 7 } }),
  ...[500, 502, 503].map((code) => status(`A07 ${code}`, code, {}, () => ({ method: 'post', data: 'a' }))),
  ['A07 closed', () => ''],
  ['A07 no HTTP', ({ text }) => `${text}\r\n\r\n`],
  ['A07 a bad header', ({ text }) => `HTTP/1.1 200 OK\r\nx-${text}: \u0000${text}\r\n\r\n`],
  ['A07 too many headers', ({ text }) => `HTTP/1.1 200 OK\r\nx-echo: ${text.repeat(30)}\r\n\r\n`],
  [
    'A07 two lengths',
    ({ text }) => `HTTP/1.1 200 ${text}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${text}`,
  ],
  ['A07 broken off', ({ text }) => `HTTP/1.1 500 ${text}\r\ncontent-length: 1000000\r\n\r\n${text}`],
  status('A07 too large', 200, {}, () => ({ maxContentLength: 10 })),
  status('A07 of an encoding that it has not', 500, { headers: { 'content-encoding': 'gzip' } }),
  status('A13 a redirect', 302, { headers: { location: '//elsewhere.example/' } }),
  ['A13 a redirect with an echo', (echo) => rawAnswer(307, echo, { headers: { location: `/?${echo.text}` } })],
  status('A13 elsewhere', 200, {}, () => ({ baseURL: '', url: 'http://127.0.0.1:1/x' })),
];

const EVENTS = 'events, status and health';
const WAYS = ['ContaSimplesHttpService', 'an attached instance', 'an attached instance over fetch', 'fetch'] as const;

const scanner = new CanaryScanner({ key: EMULATOR_CREDENTIALS.apiKey, secret: EMULATOR_CREDENTIALS.apiSecret });
const log = new LogBook();
const errors = new Map<string, unknown>();
const texts = new Map<string, Printed[]>();
const agent = new Agent({ keepAlive: true });

const ROWS = RESOURCE_FAULTS.flatMap((fault) =>
  WAYS.map((way) => ({ name: `${fault[0]} through ${way}`, fault, way })),
);

type Row = (typeof ROWS)[number];

/** An API that answers by the number in the path, with all that it has been sent. */
async function prepare() {
  const api = await RecordingServer.start((response, { target, headers }) => {
    const fault = RESOURCE_FAULTS[Number(/^\/(\d+)/.exec(target)?.[1])];
    const bearer = headers.authorization ?? '';
    const echo = echoOf([bearer, bearer.slice('Bearer '.length)].filter((text) => text !== ''));
    response.socket?.end(Buffer.from(fault?.[1](echo) ?? '', 'latin1'));
  });
  const booted = await boot({ options: { origins: [api.origin] } });
  const instances = {
    ContaSimplesHttpService: booted.http.axiosRef,
    'an attached instance': axios.create({ httpAgent: agent }),
    'an attached instance over fetch': axios.create({ adapter: 'fetch' }),
  };
  const interceptor = booted.app.get(ContaSimplesAuthInterceptor);
  interceptor.attach(instances['an attached instance']);
  interceptor.attach(instances['an attached instance over fetch']);
  return { ...booted, api, instances };
}

type Setting = Awaited<ReturnType<typeof prepare>>;

async function runRow({ name, fault, way }: Row, { api, tokens, instances }: Setting): Promise<void> {
  const url = `${api.origin}/${RESOURCE_FAULTS.indexOf(fault)}`;
  const config = { url, ...fault[2]?.() };
  const body = config.data instanceof Readable ? { body: config.data, duplex: 'half' as const } : {};
  const call =
    way === 'fetch'
      ? tokens.fetch(config.url, { method: config.method, ...body }).then((response) => response.text())
      : instances[way].request(config);
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) return;
  errors.set(name, outcome);
  texts.set(name, printedEverywhere(outcome));
  log.record(outcome);
}

beforeAll(async () => {
  const setting = await prepare();
  Logger.overrideLogger(log);
  const { tokens } = setting;
  const events: unknown[] = [];
  tokens.events.subscribe((event) => events.push(event));
  scanner.add('token', await tokens.getAccessToken());
  for (const way of WAYS) {
    const rows = ROWS.filter((row) => row.way === way);
    await Promise.all(rows.map((row) => runRow(row, setting)));
    scanner.add('token', await tokens.getAccessToken());
  }
  const health = await new ContaSimplesHealthIndicator(tokens, new HealthIndicatorService()).isHealthy('contaSimples');
  texts.set(EVENTS, [events, tokens.status(), health, tokens, setting.http].flatMap(printedEverywhere));
  const failing = await startFailingApp(log);
  const some = [...errors].filter(([name]) => name.endsWith(WAYS[0]));
  for (const [name, error] of some) texts.get(name)?.push(await failing.answerTo(error));
  await failInJob(
    some.map(([, error]) => error),
    log,
  );
  await failing.close();
}, 30_000);

afterAll(async () => {
  agent.destroy();
  await closeAll();
  await closeServers();
});

describe('a fault of the API, which says all that it was told', () => {
  it.each(ROWS)('shows nothing secret: $name', ({ name, way, fault }) => {
    // An HTTP status is no error to fetch(), and its answer is the platform's; nor is a stranger to an attached instance.
    if (way === 'ContaSimplesHttpService') expect(types.isNativeError(errors.get(name))).toBe(true);
    if (way === 'fetch' && /A08|A13 elsewhere|no HTTP|a bad header/.test(fault[0])) {
      expect(types.isNativeError(errors.get(name))).toBe(true);
    }
    scanner.expectNone(texts.get(name) ?? []);
  });

  it('shows nothing secret in events, status, health and the services themselves', () => {
    scanner.expectNone(texts.get(EVENTS) ?? []);
  });

  it('shows nothing secret in the logs of Nest, as text and as JSON, of pino and of a scheduled job', () => {
    expect(log.texts.length).toBeGreaterThan(200);
    scanner.expectNone(log.texts);
  });
});
