import { describe, expect, it, jest } from '@jest/globals';
import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { ContaSimplesAuthModule, ContaSimplesTokenService, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { lastValueFrom, type Observable } from 'rxjs';
import { en } from '../../apps/demo/dashboard/texts/en.js';
import { ptBr } from '../../apps/demo/dashboard/texts/pt-br.js';
import { emulatorCommand } from '../../libs/conta-simples-auth/src/cli/emulator.command.js';
import { document, read } from './documents.js';
import { runCollectedTests } from './preludes/test-globals.js';
import { runBlock } from './run-block.js';
import { exported, moduleOf, useStage } from './stage.js';

const stage = useStage();

const balanceOf = (answer: Observable<{ data: { amount: number } }>) =>
  lastValueFrom(answer).then(({ data }) => data.amount);

describe('the blocks of the README, run against the emulator', () => {
  it('the first call: a module, a service and a controller', async () => {
    const block = await runBlock('README.md', 'First call', 1);
    const app = await NestFactory.create(exported<Type>(block, 'AppModule'), { logger: false });
    stage.onClose(() => app.close());
    await app.listen(0, '127.0.0.1');
    const answer = await fetch(`${await app.getUrl()}/balance`, { headers: { connection: 'close' } });
    expect(await answer.json()).toEqual({ amount: 18_784.29 });
    expect(read('README.md')).toContain(`$ curl http://localhost:3000/balance\n{"amount":18784.29}`);
    expect(stage.emulator.counts.token.byStatus).toEqual({ 200: 1 });
  });

  it('the file .env is for the emulator as it starts without options', () => {
    const [settings] = document('README.md').fences.filter(({ language }) => language === 'dotenv');
    expect(settings?.text.split('\n')).toEqual([
      'CONTA_SIMPLES_BASE_URL=http://127.0.0.1:4010',
      `CONTA_SIMPLES_API_KEY=${EMULATOR_CREDENTIALS.apiKey}`,
      `CONTA_SIMPLES_API_SECRET=${EMULATOR_CREDENTIALS.apiSecret}`,
    ]);
    expect(emulatorCommand.help).toMatch(/--port .*\(default 4010\)/);
  });

  it('the demo: what to press and what to watch', () => {
    for (const [path, { controls, counters }] of [
      ['README.md', en],
      ['README.pt-BR.md', ptBr],
    ] as const) {
      for (const label of [controls.fault.outage[0], counters.failed]) expect(read(path)).toContain(`"${label}"`);
    }
  });

  it('options from a factory', async () => {
    const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
    Object.assign(process.env, { CS_ENVIRONMENT: 'sandbox', CS_KEY: apiKey, CS_SECRET: apiSecret });
    delete process.env.CONTA_SIMPLES_API_KEY;
    delete process.env.CONTA_SIMPLES_API_SECRET;
    stage.onClose(async () => {
      for (const name of ['CS_ENVIRONMENT', 'CS_KEY', 'CS_SECRET']) delete process.env[name];
    });
    const block = await runBlock('README.md', 'Options in code');
    const app = await stage.context(await ConfigModule.forRoot(), exported<DynamicModule>(block, 'contaSimples'));
    expect(app.get(ContaSimplesTokenService).status().state).toBe('valid');
  });

  it('the unit test', async () => {
    await runBlock('README.md', 'Test your application', 0);
    expect(await runCollectedTests()).toEqual(['returns the amount']);
  });

  it('the end-to-end test', async () => {
    await runBlock('README.md', 'Test your application', 1);
    expect(await runCollectedTests()).toEqual(['answers GET /balance with one token request']);
  });
});

describe('the blocks of the pages in docs, run against the emulator', () => {
  it('fetch', async () => {
    const block = await runBlock('docs/recipes.md', 'With fetch');
    const FetchedBalance = exported<Type<{ current(): Promise<number> }>>(block, 'FetchedBalance');
    const app = await stage.context(moduleOf(FetchedBalance));
    expect(await app.get(FetchedBalance).current()).toBeGreaterThan(0);
    stage.emulator.fail('resource', { status: 500 });
    await expect(app.get(FetchedBalance).current()).rejects.toThrow('Conta Simples answered 500');
  });

  it('an HttpService of the application', async () => {
    const block = await runBlock('docs/recipes.md', 'With your own HttpService');
    const ReportsModule = exported<Type>(block, 'ReportsModule');
    const app = await stage.context(ContaSimplesAuthModule.forRoot(), ReportsModule);
    const { axiosRef } = app.select(ReportsModule).get(HttpService, { strict: false });
    expect((await axiosRef.get(`${stage.emulator.baseUrl}/accounts/v1/balance`)).status).toBe(200);
    await expect(
      stage.context(ContaSimplesAuthModule.forRoot(), bare(exported<Type>(block, 'ReportsService'))),
    ).rejects.toThrow('HttpModule.register({})');
  });

  it('several companies', async () => {
    process.env.CONTA_SIMPLES_ACCOUNTS = 'matriz';
    process.env.CONTA_SIMPLES_MATRIZ_API_KEY = 'matriz-key';
    process.env.CONTA_SIMPLES_MATRIZ_API_SECRET = 'matriz-secret';
    const block = await runBlock('docs/recipes.md', 'Several companies');
    interface Companies {
      add(company: string, apiKey: string, apiSecret: string): void;
      balances(company: string): Observable<{ data: { amount: number } }>[];
    }
    const CompaniesService = exported<Type<Companies>>(block, 'CompaniesService');
    const service = (await stage.context(moduleOf(CompaniesService))).get(CompaniesService);
    expect(() => service.balances('filial-sp')).toThrow('There is no such account');
    service.add('filial-sp', 'filial-sp-key', 'filial-sp-secret');
    const [matriz, filial] = await Promise.all(service.balances('filial-sp').map(balanceOf));
    expect(matriz).not.toBe(filial);
    expect(stage.emulator.counts.token.byStatus).toEqual({ 200: 3 });
  });

  it('health', async () => {
    const block = await runBlock('docs/recipes.md', 'Health');
    @Module({ imports: [ContaSimplesAuthModule.forRoot(), exported<Type>(block, 'HealthModule')] })
    class HealthApp {}
    const app = await NestFactory.create(HealthApp, { logger: false });
    stage.onClose(() => app.close());
    await app.listen(0, '127.0.0.1');
    await app.get(ContaSimplesTokenService).getToken();
    const answer = await fetch(`${await app.getUrl()}/health/ready`, { headers: { connection: 'close' } });
    expect(await answer.json()).toMatchObject({ info: { contaSimples: { status: 'up', state: 'valid' } } });
  });

  it('metrics', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    metrics.setGlobalMeterProvider(provider);
    stage.onClose(async () => {
      metrics.disable();
      await provider.shutdown();
    });
    const block = await runBlock('docs/recipes.md', 'Metrics and traces');
    const app = await stage.context(exported<DynamicModule>(block, 'contaSimples'));
    await app.get(ContaSimplesTokenService).getToken();
    await reader.forceFlush();
    const found = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const requests = found.find(({ descriptor }) => descriptor.name === 'conta_simples_auth.token.requests');
    expect(requests?.dataPoints.map(({ value }) => value)).toEqual([1]);
  });

  it('a test with failures on request', async () => {
    const said = jest.spyOn(console, 'log').mockImplementation(() => {});
    await runBlock('docs/testing.md', 'Failures on request', 0);
    expect(said.mock.calls).toEqual([[{ 200: 1, 503: 1 }]]);
    said.mockClear();
    await runBlock('docs/testing.md', 'Failures on request', 1);
    expect(said.mock.calls).toEqual([[0]]);
  });

  it('end-to-end tests with the emulator', async () => {
    await runBlock('docs/testing.md', 'End-to-end tests', 0);
    expect(await runCollectedTests()).toEqual(['answers with one token request', 'fails when the API fails']);
  });

  it('unit tests with a fake', async () => {
    await runBlock('docs/testing.md', 'Unit tests');
    expect(await runCollectedTests()).toEqual(['returns the amount', 'fails while there is no token']);
  });

  it('errors', async () => {
    const { secondsToWait } = await runBlock('docs/errors.md', 'Errors');
    stage.emulator.fail('token', { status: 401 }, { times: 2 });
    const app = await stage.context(ContaSimplesAuthModule.forRoot({ bootstrap: 'lazy' }));
    const error = await app
      .get(ContaSimplesTokenService)
      .getToken()
      .catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(error, 'credentials_rejected')).toBe(true);
    expect((secondsToWait as (error: unknown) => number)(error)).toBeGreaterThan(58);
    expect((secondsToWait as (error: unknown) => unknown)(new Error('another'))).toBeUndefined();
  });
});

/** As a reader might who forgets the options. */
function bare(service: Type): Type {
  @Module({ imports: [HttpModule], providers: [service] })
  class BareModule {}
  return BareModule;
}
