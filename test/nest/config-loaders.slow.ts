import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, Global, Inject, Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import { ConfigModule, type ConfigModuleOptions, ConfigService, registerAs } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { emulatorOptions } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import {
  ContaSimplesAuthModule,
  type ContaSimplesAuthOptionsFactory,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';

type Imports = NonNullable<ModuleMetadata['imports']>;

let emulator: ContaSimplesEmulator;
const closers: (() => Promise<void>)[] = [];
/** Loaders that have begun and are held until the test lets them go on. */
let release: () => void;
let released: Promise<void>;

beforeAll(async () => {
  emulator = await startContaSimplesEmulator();
});
beforeEach(() => {
  released = new Promise((resolve) => {
    release = resolve;
  });
});
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));
afterAll(() => emulator.close());

const values = () => ({
  CONTA_SIMPLES_BASE_URL: emulator.baseUrl,
  CONTA_SIMPLES_API_KEY: EMULATOR_CREDENTIALS.apiKey,
  CONTA_SIMPLES_API_SECRET: EMULATOR_CREDENTIALS.apiSecret,
});

/** A loader that is later than all that Nest does without waiting. */
async function late<T>(give: () => T): Promise<T> {
  setTimeout(release, 20);
  await released;
  return give();
}

const config = (options: ConfigModuleOptions) => ConfigModule.forRoot({ ignoreEnvFile: true, ...options });
const lateConfig = (isGlobal = true) => config({ isGlobal, load: [() => late(values)] });

const CREATE = {
  createApplicationContext: async (imports: Imports) => {
    @Module({ imports })
    class App {}
    return NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  },
  create: async (imports: Imports) => {
    @Module({ imports })
    class App {}
    const app = await NestFactory.create(App, { logger: false, abortOnError: false });
    return app.init();
  },
  createTestingModule: async (imports: Imports) => Test.createTestingModule({ imports }).compile(),
};

async function start(imports: Imports, how: keyof typeof CREATE = 'createApplicationContext') {
  const app = await CREATE[how](imports);
  closers.push(() => app.close());
  return app;
}

async function expectToken(imports: Imports, how?: keyof typeof CREATE): Promise<void> {
  const app = await start(imports, how);
  expect(await app.get(ContaSimplesTokenService, { strict: false }).getAccessToken()).toMatch(/^ey/);
}

const fromService = (service: ConfigService) => ({
  baseUrl: service.get<string>('CONTA_SIMPLES_BASE_URL'),
  apiKey: service.get<string>('CONTA_SIMPLES_API_KEY'),
  apiSecret: service.get<string>('CONTA_SIMPLES_API_SECRET'),
});

/** Reads in its constructor, when a factory of an application would have the values. */
@Injectable()
class FromConfig implements ContaSimplesAuthOptionsFactory {
  readonly #options: ReturnType<typeof fromService>;

  constructor(@Inject(ConfigService) service: ConfigService) {
    this.#options = fromService(service);
  }

  createContaSimplesAuthOptions() {
    return this.#options;
  }
}

@Global()
@Module({ imports: [lateConfigOnce()], providers: [FromConfig], exports: [FromConfig] })
class ExistingModule {}

/** The decorator runs when this file is loaded, before there is an emulator: the loader reads it later. */
function lateConfigOnce(): Promise<DynamicModule> {
  return ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => late(values)] });
}

const REGISTRATIONS: Record<string, () => DynamicModule> = {
  'forRoot()': () => ContaSimplesAuthModule.forRoot(),
  'forRootAsync() with ConfigService': () =>
    ContaSimplesAuthModule.forRootAsync({ inject: [ConfigService], useFactory: fromService }),
  'forRootAsync() with imports': () =>
    ContaSimplesAuthModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: async (service: ConfigService) => fromService(service),
    }),
  'forRootAsync() with useClass': () => ContaSimplesAuthModule.forRootAsync({ useClass: FromConfig }),
};

describe.each(Object.entries(REGISTRATIONS))('a loader of ConfigModule that takes its time: %s', (_name, register) => {
  it.each([
    ['before', true],
    ['after', true],
    ['before', false],
    ['after', false],
  ])('imported %s it, isGlobal %j', async (order, isGlobal) => {
    const imports = [lateConfig(isGlobal), register()];
    await expectToken(order === 'before' ? imports : imports.reverse());
  });

  it.each(Object.keys(CREATE) as (keyof typeof CREATE)[])('in an application of %s()', async (how) => {
    await expectToken([register(), lateConfig()], how);
  });
});

describe('values from other loaders', () => {
  it('are waited for where several loaders end one after the other', async () => {
    const { CONTA_SIMPLES_API_SECRET, ...rest } = values();
    const load = [() => rest, async () => late(() => ({ CONTA_SIMPLES_API_SECRET })), () => late(() => ({ PORT: 1 }))];
    await expectToken([config({ load }), ContaSimplesAuthModule.forRoot()]);
  });

  it('are waited for in ConfigModule.forFeature() of another module', async () => {
    const feature = ConfigModule.forFeature(() => late(values));
    @Module({ imports: [feature] })
    class Feature {}
    await expectToken([ContaSimplesAuthModule.forRoot(), Feature]);
  });

  it('are waited for in a namespace that the factory injects', async () => {
    const namespace = registerAs('conta', () => late(values));
    const registered = ContaSimplesAuthModule.forRootAsync({
      imports: [ConfigModule.forFeature(namespace)],
      inject: [namespace.KEY],
      useFactory: (given: ReturnType<typeof values>) => ({
        baseUrl: given.CONTA_SIMPLES_BASE_URL,
        apiKey: given.CONTA_SIMPLES_API_KEY,
        apiSecret: given.CONTA_SIMPLES_API_SECRET,
      }),
    });
    await expectToken([registered]);
  });

  it('are waited for in a namespace that is read through ConfigService', async () => {
    const namespace = registerAs('conta', () => late(values));
    const registered = ContaSimplesAuthModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (service: ConfigService) => ({
        baseUrl: service.get('conta.CONTA_SIMPLES_BASE_URL'),
        apiKey: service.get('conta.CONTA_SIMPLES_API_KEY'),
        apiSecret: service.get('conta.CONTA_SIMPLES_API_SECRET'),
      }),
    });
    await expectToken([config({ load: [namespace] }), registered]);
  });

  it('are waited for where a loader puts them into the environment', async () => {
    const before = { ...process.env };
    try {
      await expectToken([
        config({ load: [() => late(() => Object.assign(process.env, values()) && {})] }),
        ContaSimplesAuthModule.forRoot(),
      ]);
    } finally {
      for (const name of Object.keys(values())) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it('are waited for by a class of the application that useExisting names', async () => {
    await expectToken([ExistingModule, ContaSimplesAuthModule.forRootAsync({ useExisting: FromConfig })]);
  });

  it('are waited for where ConfigModule validates and strips what it does not know', async () => {
    const options = { isGlobal: true, validate: () => ({ PORT: 1 }), load: [() => late(values)] };
    await expectToken([ContaSimplesAuthModule.forRoot(), config(options)]);
  });
});

describe('a ConfigService that a test puts in place of the real one', () => {
  it.each(Object.entries(REGISTRATIONS))('is the one that is read: %s', async (_name, register) => {
    const { CONTA_SIMPLES_BASE_URL, CONTA_SIMPLES_API_KEY, CONTA_SIMPLES_API_SECRET } = values();
    const fake = new Map(Object.entries({ CONTA_SIMPLES_BASE_URL, CONTA_SIMPLES_API_KEY, CONTA_SIMPLES_API_SECRET }));
    const testing = await Test.createTestingModule({ imports: [register(), config({ isGlobal: true })] })
      .overrideProvider(ConfigService)
      .useValue(fake)
      .compile();
    closers.push(() => testing.close());
    expect(await testing.get(ContaSimplesTokenService, { strict: false }).getAccessToken()).toMatch(/^ey/);
  });
});

describe('a stand-in of ConfigService without get()', () => {
  it('is none to read settings from', async () => {
    const testing = await Test.createTestingModule({
      imports: [ContaSimplesAuthModule.forRoot(emulatorOptions(emulator)), config({ isGlobal: true })],
    })
      .overrideProvider(ConfigService)
      .useValue({ getOrThrow: () => 'x' })
      .compile();
    closers.push(() => testing.close());
    expect(await testing.get(ContaSimplesTokenService, { strict: false }).getAccessToken()).toMatch(/^ey/);
  });
});

describe('a loader of ConfigModule that rejects', () => {
  it.each(Object.entries(REGISTRATIONS))('fails the start with its own error: %s', async (_name, register) => {
    const failure = new Error('the vault is sealed');
    let calls = 0;
    const load = [
      () =>
        late(() => {
          calls++;
          throw failure;
        }),
    ];
    expect(await rejection(start([register(), config({ isGlobal: true, load })]))).toBe(failure);
    expect(calls).toBe(1);
  });
});
