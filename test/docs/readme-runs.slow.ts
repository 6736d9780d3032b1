import { describe, expect, it, jest } from '@jest/globals';
import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { ContaSimplesAuthModule, ContaSimplesTokenService, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { lastValueFrom, type Observable } from 'rxjs';
import { runBlock } from './run-block.js';
import { exported, moduleOf, useStage } from './stage.js';

const stage = useStage();

const balanceOf = (answer: Observable<{ data: { amount: number } }>) =>
  lastValueFrom(answer).then(({ data }) => data.amount);

describe('the blocks of the README, run against the emulator', () => {
  it('start: the module, and a service that calls the API', async () => {
    const block = await runBlock('README.md', 'Use it');
    const app = await stage.context(exported<Type>(block, 'AppModule'));
    const service = app.get(exported<Type<{ current(): Promise<number> }>>(block, 'BalanceService'));
    expect(await service.current()).toBeGreaterThan(0);
    expect(stage.emulator.counts.token.byStatus).toEqual({ 200: 1 });
  });

  it('fetch', async () => {
    const block = await runBlock('README.md', 'With fetch');
    const FetchedBalance = exported<Type<{ current(): Promise<number> }>>(block, 'FetchedBalance');
    const app = await stage.context(moduleOf(FetchedBalance));
    expect(await app.get(FetchedBalance).current()).toBeGreaterThan(0);
    stage.emulator.fail('resource', { status: 500 });
    await expect(app.get(FetchedBalance).current()).rejects.toThrow('Conta Simples answered 500');
  });

  it('an HttpService of the application', async () => {
    const block = await runBlock('README.md', 'With an HttpService of your own');
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
    const block = await runBlock('README.md', 'Several companies');
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
    const block = await runBlock('README.md', 'Health');
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
    const block = await runBlock('README.md', 'Metrics and traces');
    const app = await stage.context(exported<DynamicModule>(block, 'contaSimples'));
    await app.get(ContaSimplesTokenService).getToken();
    await reader.forceFlush();
    const found = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const requests = found.find(({ descriptor }) => descriptor.name === 'conta_simples_auth.token.requests');
    expect(requests?.dataPoints.map(({ value }) => value)).toEqual([1]);
  });

  it('a test with the emulator, and one with the fake', async () => {
    const said = jest.spyOn(console, 'log').mockImplementation(() => {});
    await runBlock('README.md', 'Testing your application', 0);
    expect(said.mock.calls).toEqual([[{ 200: 1, 503: 1 }]]);
    said.mockClear();
    await runBlock('README.md', 'Testing your application', 1);
    expect(said.mock.calls).toEqual([[12.5]]);
  });

  it('errors', async () => {
    const { secondsToWait } = await runBlock('README.md', 'Errors');
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
