import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { metrics, trace } from '@opentelemetry/api';
import { bootContext, emulatorOptions } from '@support/boot.js';
import { CanaryScanner, printedEverywhere } from '@support/canaries.js';
import { closeServers } from '@support/listen.js';
import { MemoryStore } from '@support/memory-store.js';
import { RecordingServer } from '@support/recording-server.js';
import { TelemetrySdk } from '@support/telemetry-sdk.js';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesTelemetry,
  type ContaSimplesTelemetrySession,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import { openTelemetry } from 'nestjs-conta-simples-auth/opentelemetry';
import { startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

afterEach(closeServers);

const BALANCE = '/accounts/v1/balance';

class Lines extends ConsoleLogger {
  readonly all: string[] = [];

  protected override printMessages(messages: unknown[]): void {
    this.all.push(...messages.map(String));
  }
}

/** Calls of every kind that a telemetry observes; `telemetry` may do to them what it likes. */
async function useEverything(telemetry: ContaSimplesTelemetry) {
  const emulator = await startContaSimplesEmulator({ tokenTtlSeconds: 2.5 });
  const options = { ...emulatorOptions(emulator), bootstrap: 'lazy', telemetry, store: new MemoryStore() } as const;
  @Module({ imports: [ContaSimplesAuthModule.forRoot(options)] })
  class TestApp {}
  const logger = new Lines();
  const app = await NestFactory.createApplicationContext(TestApp, { logger, abortOnError: false });
  const http = app.get(ContaSimplesHttpService);
  await Promise.all([http.axiosRef.get(BALANCE), http.axiosRef.get(BALANCE)]);
  emulator.revokeTokens();
  expect((await http.axiosRef.get(BALANCE)).status).toBe(200);
  await app.close();
  await emulator.close();
  return { counts: emulator.counts, lines: logger.all };
}

/** A session whose methods all do the same. */
function session(behave: () => unknown): ContaSimplesTelemetrySession {
  return new Proxy({} as ContaSimplesTelemetrySession, { get: (_, name) => (name === 'then' ? undefined : behave) });
}

function raise(): never {
  throw new RangeError('holds a secret of the application');
}

describe('a telemetry', () => {
  it.each<[string, ContaSimplesTelemetry]>([
    ['cannot start', { start: raise }],
    ['throws from every method', { start: () => session(raise) }],
    ['rejects from every method', { start: () => session(async () => raise()) }],
    ['throws around and after a request', { start: () => session(() => ({ run: raise, end: raise })) }],
    ['throws once the request has been sent', { start: () => session(() => ({ run: sendAndRaise, end: raise })) }],
    ['never sends the request', { start: () => session(() => ({ run: () => undefined, end: () => raise() })) }],
    ['sends it twice, and throws as a wait ends', { start: () => session(() => Object.assign(raise, twice)) }],
  ])('that %s harms no call, and is named in the log once', async (_name, telemetry) => {
    const { counts, lines } = await useEverything(telemetry);
    expect(counts.token.byStatus).toEqual({ 200: 2 });
    expect(counts.resource.byStatus).toEqual({ 200: 3, 401: 1 });
    expect(lines.filter((line) => line.includes('The telemetry failed (RangeError)'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('holds a secret');
  });

  it.each([[openTelemetry], [{}], [null], ['otel']])('that is none stops the start: %p', async (telemetry) => {
    const options = { ...emulatorAddress, telemetry: telemetry as unknown as ContaSimplesTelemetry };
    await expect(bootContext([ContaSimplesAuthModule.forRoot(options)])).rejects.toThrow(/option telemetry/);
  });

  it.each([-1, 1.5, 10_001, Number.NaN])('refuses %p as a number of account names', (maxAccountNames) => {
    expect(() => openTelemetry({ maxAccountNames })).toThrow(/from 0 to 10000/);
  });
});

const emulatorAddress = { baseUrl: 'http://127.0.0.1:9', apiKey: 'emulator-key', apiSecret: 'emulator-secret' };

function sendAndRaise(send: () => unknown): never {
  send();
  return raise();
}

const twice = {
  run: (send: () => unknown) => {
    send();
    return send();
  },
  end: () => {},
};

describe('OpenTelemetry', () => {
  it('without an SDK does nothing and says nothing', async () => {
    const { counts, lines } = await useEverything(openTelemetry());
    expect(counts.token.byStatus).toEqual({ 200: 2 });
    expect(lines.filter((line) => /telemetry/i.test(line))).toEqual([]);
  });

  it('takes providers that are registered after forRoot() was called', async () => {
    const sdk = new TelemetrySdk();
    const emulator = await startContaSimplesEmulator();
    const registered = ContaSimplesAuthModule.forRoot({
      ...emulatorOptions(emulator),
      bootstrap: 'required',
      telemetry: openTelemetry(),
    });
    metrics.setGlobalMeterProvider(sdk.meterProvider);
    trace.setGlobalTracerProvider(sdk.tracerProvider);
    const app = await bootContext([registered]);
    metrics.disable();
    trace.disable();
    expect(emulator.counts.token.total).toBe(1);
    expect(await sdk.sum('conta_simples_auth.token.requests')).toBe(1);
    expect(sdk.spans.map(({ name }) => name)).toEqual(['POST /oauth/v1/access-token']);
    await app.close();
    await emulator.close();
  });

  it('is given through forRootAsync() just as well, and may serve one application after another', async () => {
    const sdk = new TelemetrySdk();
    const telemetry = sdk.telemetry();
    const emulator = await startContaSimplesEmulator();
    for (const round of [1, 2]) {
      const useFactory = () => ({ ...emulatorOptions(emulator), telemetry });
      const app = await bootContext([ContaSimplesAuthModule.forRootAsync({ useFactory })]);
      await app.get(ContaSimplesTokenService).getToken();
      expect(await sdk.sum('conta_simples_auth.token.state', { 'conta_simples_auth.state': 'valid' })).toBe(1);
      expect(await sdk.sum('conta_simples_auth.token.requests')).toBe(round);
      await app.close();
    }
    await emulator.close();
  });
});

describe('what is exported', () => {
  it('holds no secret, also where the server repeats everything it was sent', async () => {
    const sdk = new TelemetrySdk();
    const pair = { apiKey: 'KEYCANARY0a1b2c3d4e5f', apiSecret: 'SECRETCANARY9z8y7x6w5v' };
    const token = 'TOKENCANARY.q1w2e3r4t5y6.u7i8o9p0';
    const basic = Buffer.from(`${pair.apiKey}:${pair.apiSecret}`).toString('base64');
    const server = await RecordingServer.start((response, { target, headers }) => {
      const echo = `${headers.authorization} ${pair.apiKey} ${pair.apiSecret} ${token}`;
      const first = server.requests.filter((request) => request.target === target).length === 1;
      if (!target.includes('access-token')) response.writeHead(first ? 401 : 200, { 'x-request-id': token }).end(echo);
      else if (first) response.writeHead(503, echo, { 'x-request-id': basic, 'content-type': echo }).end(echo);
      else response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3, scope: echo }));
    });
    const telemetry = sdk.telemetry();
    const options = {
      baseUrl: server.origin,
      ...pair,
      bootstrap: 'lazy',
      telemetry,
      store: new MemoryStore(),
    } as const;
    const app = await bootContext([ContaSimplesAuthModule.forRoot(options)]);
    const tokens = app.get(ContaSimplesTokenService);
    expect(await tokens.getAccessToken()).toBe(token);
    expect((await tokens.fetch(BALANCE)).status).toBe(200);
    await tokens.refresh();
    await app.close();
    expect(sdk.spans.length).toBeGreaterThanOrEqual(3);
    expect(sdk.spans).toHaveLength(server.requests.filter(({ target }) => target.includes('access-token')).length);
    const scanner = new CanaryScanner({ ...pair, token, basic });
    scanner.expectNone([
      ...printedEverywhere(await sdk.export()),
      ...sdk.spans.flatMap(({ name, attributes, status, links, events, resource }) =>
        printedEverywhere({ name, attributes, status, links, events, resource: resource.attributes }),
      ),
    ]);
  });
});
