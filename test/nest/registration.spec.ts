import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type DynamicModule, Injectable, Module, type ModuleMetadata, Scope } from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader, NestFactory, REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { emulatorOptions } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { ContaSimplesAuthModule, ContaSimplesTokenService, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

type Imports = NonNullable<ModuleMetadata['imports']>;

let emulator: ContaSimplesEmulator;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  emulator = await startContaSimplesEmulator();
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  emulator.resetCounts();
});
afterAll(() => emulator.close());

const options = () => emulatorOptions(emulator);
const registered = () => ContaSimplesAuthModule.forRoot(options());

async function start(imports: Imports) {
  @Module({ imports })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  closers.push(() => app.close());
  return app;
}

async function expectConfigurationError(promise: Promise<unknown>, words: RegExp): Promise<void> {
  const error = await rejection(promise);
  expect((error as Error).message).toMatch(words);
  expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
}

describe('a second copy of the package in one application', () => {
  /** What another copy looks like in a container: its classes and most of its symbols are others. */
  function copyOf(version: string | undefined, core: symbol): DynamicModule {
    class ContaSimplesAuthModule {}
    const copy = { version, file: () => '/app/libs/payments/node_modules/nestjs-conta-simples-auth/dist/module/x.js' };
    const described = {
      provide: Symbol.for('nestjs-conta-simples-auth.registration.copy'),
      useValue: copy,
    };
    return {
      module: ContaSimplesAuthModule,
      global: true,
      providers: [{ provide: core, useValue: {} }, ...(version === undefined ? [] : [described])],
    };
  }

  it.each(['before', 'after'])('imported %s the first is reported with version and path of both', async (order) => {
    const imports = [registered(), copyOf('9.8.7', Symbol.for('nestjs-conta-simples-auth.core'))];
    const error = (await rejection(start(order === 'after' ? imports : imports.reverse()))) as Error;
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect(error.message).toMatch(/by 2 copies of nestjs-conta-simples-auth in one application:\n/);
    expect(error.message).toMatch(/\n {2}- version 0\.\d+\.\d+, \S+\/check-registration\.ts\n/);
    expect(error.message).toMatch(/\n {2}- version 9\.8\.7, \/app\/libs\/payments\/\S+\n/);
    expect(error.message).toMatch(/Install one copy.*npm ls nestjs-conta-simples-auth/);
    expect(emulator.counts.token.total).toBe(0);
  });

  it('of a version that does not describe itself is reported', async () => {
    const old = copyOf(undefined, Symbol('nestjs-conta-simples-auth.core'));
    await expectConfigurationError(start([registered(), old]), /2 copies[\s\S]*an earlier version/);
  });

  it('in another application of the process is not this one', async () => {
    const [one, other] = await Promise.all([start([registered()]), start([registered()])]);
    for (const app of [one, other]) expect(await app.get(ContaSimplesTokenService).getAccessToken()).toMatch(/^ey/);
  });
});

describe('forRootAsync() that depends on a request-scoped provider', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Tenant {}

  /** Default scope by itself, and made for each request because of what it depends on. */
  const indirect = { provide: 'SETTINGS', inject: [Tenant], useFactory: () => ({}) };

  @Module({ providers: [Tenant, indirect], exports: [Tenant, 'SETTINGS'] })
  class TenantModule {}

  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    createContaSimplesAuthOptions() {
      return options();
    }
  }

  @Injectable({ scope: Scope.REQUEST, durable: true })
  class Durable extends PerRequest {}

  const imports = [TenantModule];
  const useFactory = () => options();
  const CASES: [string, () => DynamicModule, RegExp][] = [
    ['a class', () => ContaSimplesAuthModule.forRootAsync({ imports, inject: [Tenant], useFactory }), /\(Tenant\)/],
    [
      'optionally',
      () => ContaSimplesAuthModule.forRootAsync({ imports, inject: [{ token: Tenant, optional: true }], useFactory }),
      /\(Tenant\)/,
    ],
    [
      'through another provider',
      () => ContaSimplesAuthModule.forRootAsync({ imports, inject: ['SETTINGS'], useFactory }),
      /\(SETTINGS\)/,
    ],
    ['REQUEST', () => ContaSimplesAuthModule.forRootAsync({ inject: [REQUEST], useFactory }), /request-scoped/],
    ['useClass', () => ContaSimplesAuthModule.forRootAsync({ useClass: PerRequest }), /\(PerRequest\)/],
    ['a durable useClass', () => ContaSimplesAuthModule.forRootAsync({ useClass: Durable }), /\(Durable\)/],
  ];

  it.each(CASES)('does not start: %s', async (_name, register, names) => {
    const started = start([register()]);
    await expectConfigurationError(started, names);
    await expectConfigurationError(started, /one token for each request.*function/);
    expect(emulator.counts.token.total).toBe(0);
  });

  it.each(CASES)('gives no service where no start hook has run: %s', async (_name, register, names) => {
    const testing = await Test.createTestingModule({ imports: [register()] }).compile();
    const request = ContextIdFactory.create();
    testing.registerRequestByContextId({}, request);
    await expectConfigurationError(testing.resolve(ContaSimplesTokenService, request, { strict: false }), names);
  });

  it('may be used by request-scoped consumers', async () => {
    const consumer = {
      provide: 'CONSUMER',
      scope: Scope.REQUEST,
      inject: [ContaSimplesTokenService],
      useFactory: (tokens: ContaSimplesTokenService) => ({ tokens }),
    };
    @Module({ providers: [consumer] })
    class Feature {}
    const app = await start([registered(), Feature]);
    const one = await app.resolve<{ tokens: unknown }>('CONSUMER', ContextIdFactory.create(), { strict: false });
    expect(one.tokens).toBe(app.get(ContaSimplesTokenService));
  });

  it('may depend on a transient one: the options are made once', async () => {
    let made = 0;
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient {
      createContaSimplesAuthOptions() {
        made++;
        return options();
      }
    }
    const app = await start([ContaSimplesAuthModule.forRootAsync({ useClass: Transient })]);
    const services = await Promise.all([
      app.resolve(ContaSimplesTokenService, ContextIdFactory.create(), { strict: false }),
      app.resolve(ContaSimplesTokenService, undefined, { strict: false }),
    ]);
    for (const tokens of services) expect(await tokens.getAccessToken()).toMatch(/^ey/);
    expect({ made, requests: emulator.counts.token.total }).toEqual({ made: 1, requests: 1 });
  });
});

describe('LazyModuleLoader', () => {
  @Module({ imports: [] })
  class Empty {}

  it.each([
    ['the module itself', () => registered()],
    ['a module that imports it', () => ({ module: class Feature {}, imports: [registered()] })],
    ['it, not global', () => ContaSimplesAuthModule.forRoot({ ...options(), isGlobal: false })],
  ])('says at load that the root module has to import it: %s', async (_name, load) => {
    const app = await start([Empty]);
    const loading = app.get(LazyModuleLoader).load(() => load());
    await expectConfigurationError(loading, /LazyModuleLoader.*Import it in the root module/);
    expect(emulator.counts.token.total).toBe(0);
  });

  it('may load a module that uses the services', async () => {
    const shared = registered();
    @Module({
      imports: [shared],
      providers: [
        { provide: 'USER', inject: [ContaSimplesTokenService], useFactory: (t: ContaSimplesTokenService) => t },
      ],
    })
    class Feature {}
    const app = await start([shared]);
    const feature = await app.get(LazyModuleLoader).load(() => Feature);
    expect(feature.get('USER')).toBe(app.get(ContaSimplesTokenService));
  });

  it('is distinguished from a deep import', async () => {
    @Module({ imports: [registered()] })
    class Deep {}
    @Module({ imports: [Deep] })
    class Between {}
    const app = await start([Between]);
    expect(await app.get(ContaSimplesTokenService, { strict: false }).getAccessToken()).toMatch(/^ey/);
  });
});
