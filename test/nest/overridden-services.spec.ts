import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, Inject, Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import { emulatorOptions } from '@support/boot.js';
import axios from 'axios';
import {
  ContaSimplesAuthInterceptor,
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  InjectContaSimplesHttp,
} from 'nestjs-conta-simples-auth';
import { ContaSimplesHealthIndicator } from 'nestjs-conta-simples-auth/terminus';
import {
  type ContaSimplesEmulator,
  FakeContaSimplesAuthInterceptor,
  FakeContaSimplesHttpService,
  FakeContaSimplesTokenService,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { firstValueFrom } from 'rxjs';

@Injectable()
class Balances {
  constructor(
    @Inject(ContaSimplesHttpService) readonly http: ContaSimplesHttpService,
    @Inject(ContaSimplesTokenService) readonly tokens: ContaSimplesTokenService,
    @Inject(ContaSimplesAuthInterceptor) readonly interceptor: ContaSimplesAuthInterceptor,
  ) {}

  async amount(): Promise<number> {
    return (await firstValueFrom(this.http.get<{ amount: number }>('/accounts/v1/balance'))).data.amount;
  }
}

let emulator: ContaSimplesEmulator;
let moduleRef: TestingModule | undefined;
beforeEach(async () => {
  emulator = await startContaSimplesEmulator();
});
afterEach(async () => {
  await moduleRef?.close();
  moduleRef = undefined;
  await emulator.close();
});

function appModule(...imports: DynamicModule[]) {
  @Module({ imports: [ConfigModule.forRoot({ ignoreEnvFile: true }), ...imports], providers: [Balances] })
  class AppModule {}
  return Test.createTestingModule({ imports: [AppModule] });
}

function withFakes(builder: TestingModuleBuilder) {
  const tokens = new FakeContaSimplesTokenService({ accounts: ['default', 'matriz'] });
  const http = new FakeContaSimplesHttpService({ tokens, fetch: () => Response.json({ amount: 12.5 }) });
  const overridden = builder
    .overrideProvider(ContaSimplesTokenService)
    .useValue(tokens)
    .overrideProvider(ContaSimplesHttpService)
    .useValue(http);
  return { overridden, tokens, http };
}

async function start(builder: TestingModuleBuilder): Promise<TestingModule> {
  moduleRef = await builder.compile();
  return moduleRef.init();
}

const BOOTSTRAPS: readonly ContaSimplesModuleOptions['bootstrap'][] = ['background', 'required', 'lazy'];

describe('both services replaced in a test module', () => {
  it.each(BOOTSTRAPS)('no token is requested with bootstrap "%s"', async (bootstrap) => {
    const registered = ContaSimplesAuthModule.forRoot({ ...emulatorOptions(emulator), bootstrap });
    const { overridden, http } = withFakes(appModule(registered, ScheduleModule.forRoot()));
    const app = await start(overridden);
    expect(await app.get(Balances).amount()).toBe(12.5);
    http.failWith('rate_limited');
    await expect(app.get(Balances).amount()).rejects.toMatchObject({ kind: 'rate_limited' });
    await app.close();
    moduleRef = undefined;
    expect([emulator.counts.token.total, emulator.counts.resource.total]).toEqual([0, 0]);
  });

  it('by their classes, which Nest makes', async () => {
    const builder = appModule(ContaSimplesAuthModule.forRoot(emulatorOptions(emulator)))
      .overrideProvider(ContaSimplesTokenService)
      .useClass(FakeContaSimplesTokenService)
      .overrideProvider(ContaSimplesHttpService)
      .useClass(FakeContaSimplesHttpService)
      .overrideProvider(ContaSimplesAuthInterceptor)
      .useClass(FakeContaSimplesAuthInterceptor);
    const { http, tokens, interceptor } = (await start(builder)).get(Balances);
    expect(http).toBeInstanceOf(FakeContaSimplesHttpService);
    expect(interceptor).toBeInstanceOf(FakeContaSimplesAuthInterceptor);
    expect(await tokens.getAccessToken()).toBe('fake-access-token.default.1');
    expect(emulator.counts.token.total).toBe(0);
  });

  it('no timer is listed', async () => {
    const registered = ContaSimplesAuthModule.forRoot(emulatorOptions(emulator));
    const app = await start(withFakes(appModule(registered, ScheduleModule.forRoot())).overridden);
    await app.get(Balances).amount();
    expect(app.get(SchedulerRegistry).getTimeouts()).toEqual([]);
  });

  it('no setting is missing, for each way to register the module', async () => {
    const factory = {
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({ apiKey: config.getOrThrow('KEY') }),
    };
    for (const registered of [ContaSimplesAuthModule.forRoot(), ContaSimplesAuthModule.forRootAsync(factory)]) {
      const app = await start(withFakes(appModule(registered)).overridden);
      expect(await app.get(Balances).amount()).toBe(12.5);
      await app.close();
      moduleRef = undefined;
    }
  });

  it('the interceptor may be injected, and says what is missing where it is used', async () => {
    const app = await start(withFakes(appModule(ContaSimplesAuthModule.forRoot())).overridden);
    expect(() => app.get(Balances).interceptor.attach(axios.create())).toThrow(/CONTA_SIMPLES_API_KEY/);
  });

  it('the interceptor works where it is used, without a request before', async () => {
    const registered = ContaSimplesAuthModule.forRoot(emulatorOptions(emulator));
    const app = await start(withFakes(appModule(registered)).overridden);
    const instance = axios.create({ baseURL: emulator.baseUrl });
    app.get(Balances).interceptor.attach(instance);
    expect(emulator.counts.token.total).toBe(0);
    expect((await instance.get('/accounts/v1/balance')).status).toBe(200);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('the interceptor can be replaced as well', async () => {
    const { overridden, tokens } = withFakes(appModule(ContaSimplesAuthModule.forRoot()));
    const fake = new FakeContaSimplesAuthInterceptor({ tokens });
    const app = await start(overridden.overrideProvider(ContaSimplesAuthInterceptor).useValue(fake));
    const instance = axios.create();
    app.get(Balances).interceptor.attach(instance);
    expect(fake.isAttached(instance)).toBe(true);
  });

  it('clients of named accounts are those of what replaces the service', async () => {
    @Injectable()
    class Named {
      constructor(@InjectContaSimplesHttp('matriz') readonly http: ContaSimplesHttpService) {}
    }
    const builder = () =>
      Test.createTestingModule({ imports: [ContaSimplesAuthModule.forRoot()], providers: [Named] })
        .overrideProvider(ContaSimplesTokenService)
        .useValue({});
    const accounts = new FakeContaSimplesTokenService({ accounts: ['default', 'matriz'] });
    const http = new FakeContaSimplesHttpService({ tokens: accounts });
    const app = await start(builder().overrideProvider(ContaSimplesHttpService).useValue(http));
    expect(app.get(Named).http).toBe(http.forAccount('matriz'));
    await app.close();
    const mock = { get: () => undefined };
    const other = await start(builder().overrideProvider(ContaSimplesHttpService).useValue(mock));
    expect(other.get(Named).http).toBe(mock);
    await other.close();
    const missing = builder().overrideProvider(ContaSimplesHttpService).useValue(new FakeContaSimplesHttpService());
    await expect(missing.compile()).rejects.toThrow('The fake has no such account, only: default');
  });

  it('the health indicator reports the fake', async () => {
    const registered = ContaSimplesAuthModule.forRoot();
    const imports = [registered, TerminusModule];
    const builder = Test.createTestingModule({ imports, providers: [ContaSimplesHealthIndicator] });
    const { overridden, tokens } = withFakes(builder);
    const app = await start(overridden);
    expect(app.get(HealthCheckService)).toBeDefined();
    const health = () => app.get(ContaSimplesHealthIndicator).isHealthy('contaSimples');
    expect(await health()).toMatchObject({ contaSimples: { status: 'up' } });
    tokens.failWith('server_error');
    expect(await health()).toMatchObject({ contaSimples: { status: 'down', state: 'cooling' } });
  });
});

describe('services that are not replaced', () => {
  it('report missing settings at the start, also where one of the two is replaced', async () => {
    const one = (token: typeof ContaSimplesTokenService | typeof ContaSimplesHttpService) =>
      appModule(ContaSimplesAuthModule.forRoot()).overrideProvider(token).useValue({}).compile();
    await expect(appModule(ContaSimplesAuthModule.forRoot()).compile()).rejects.toMatchObject({
      kind: 'configuration',
    });
    for (const token of [ContaSimplesTokenService, ContaSimplesHttpService]) {
      await expect(one(token)).rejects.toMatchObject({ kind: 'configuration' });
    }
  });

  it('request one token at the start', async () => {
    const app = await start(appModule(ContaSimplesAuthModule.forRoot(emulatorOptions(emulator))));
    await app.get(ContaSimplesTokenService).getToken();
    expect(emulator.counts.token.total).toBe(1);
  });
});
