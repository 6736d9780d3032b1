import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, Global, Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { bootContext } from '@support/boot.js';
import {
  ContaSimplesAuthModule,
  type ContaSimplesAuthOptions,
  type ContaSimplesAuthOptionsFactory,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';

let emulator: ContaSimplesEmulator;
const before = { ...process.env };
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  emulator = await startContaSimplesEmulator();
});

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  await emulator.close();
  for (const name of Object.keys(process.env)) if (name.startsWith('CONTA_SIMPLES_')) delete process.env[name];
  Object.assign(process.env, before);
});

/** A token from an application of these modules, which shows that all of the configuration arrived. */
async function tokenFrom(...imports: Parameters<typeof bootContext>[0]): Promise<string> {
  const app = await bootContext(imports);
  closers.push(() => app.close());
  return app.get(ContaSimplesTokenService).getAccessToken();
}

function setEnvironment(): void {
  process.env.CONTA_SIMPLES_BASE_URL = emulator.baseUrl;
  process.env.CONTA_SIMPLES_API_KEY = EMULATOR_CREDENTIALS.apiKey;
  process.env.CONTA_SIMPLES_API_SECRET = EMULATOR_CREDENTIALS.apiSecret;
}

const options = (): ContaSimplesAuthOptions => ({ baseUrl: emulator.baseUrl, ...EMULATOR_CREDENTIALS });

describe('forRoot()', () => {
  it('reads the environment without any ConfigModule in the application', async () => {
    setEnvironment();
    expect(await tokenFrom(ContaSimplesAuthModule.forRoot())).toMatch(/^ey/);
  });

  it.each(['before', 'after'])('reads the environment when the ConfigModule is imported %s it', async (order) => {
    setEnvironment();
    const modules = [ConfigModule.forRoot({ ignoreEnvFile: true }), ContaSimplesAuthModule.forRoot()];
    expect(await tokenFrom(...(order === 'before' ? modules : modules.reverse()))).toMatch(/^ey/);
  });

  it('reads the environment through a ConfigModule that validates and strips what it does not know', async () => {
    setEnvironment();
    const config = ConfigModule.forRoot({ ignoreEnvFile: true, validate: () => ({ PORT: 1 }), isGlobal: true });
    expect(await tokenFrom(config, ContaSimplesAuthModule.forRoot())).toMatch(/^ey/);
  });

  it('takes settings that only the ConfigService of the application knows', async () => {
    const load = [() => ({ CONTA_SIMPLES_BASE_URL: emulator.baseUrl })];
    const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
    const config = ConfigModule.forRoot({ ignoreEnvFile: true, load, isGlobal: true });
    expect(await tokenFrom(config, ContaSimplesAuthModule.forRoot({ apiKey, apiSecret }))).toMatch(/^ey/);
  });

  it('lets options in code win over the environment', async () => {
    setEnvironment();
    process.env.CONTA_SIMPLES_API_SECRET = 'not-the-secret';
    expect(await tokenFrom(ContaSimplesAuthModule.forRoot(EMULATOR_CREDENTIALS))).toMatch(/^ey/);
  });

  it('stops the start with one message that names everything and shows nothing', async () => {
    process.env.CONTA_SIMPLES_ENVIRONMENT = 'staging-canary';
    process.env.CONTA_SIMPLES_API_KEY = 'key:canary';
    const start = bootContext([ContaSimplesAuthModule.forRoot({ refreshAt: 7 })]);
    await expect(start).rejects.toMatchObject({ kind: 'configuration' });
    const message = await start.catch((error: Error) => error.message);
    for (const name of [
      'CONTA_SIMPLES_ENVIRONMENT',
      'CONTA_SIMPLES_API_KEY',
      'CONTA_SIMPLES_API_SECRET',
      'refreshAt',
    ]) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('canary');
  });

  it('refuses a second registration and names the remedy', async () => {
    const start = bootContext([ContaSimplesAuthModule.forRoot(options()), ContaSimplesAuthModule.forRoot(options())]);
    await expect(start).rejects.toMatchObject({ kind: 'configuration' });
    await expect(start).rejects.toThrow(/more than once.*in the root module/s);
  });

  it('takes one dynamic module that several modules import for one', async () => {
    const shared = ContaSimplesAuthModule.forRoot(options());
    @Module({ imports: [shared] })
    class Feature {}
    expect(await tokenFrom(Feature, shared)).toMatch(/^ey/);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('can be injected anywhere by default, and only where it is imported with isGlobal: false', async () => {
    @Injectable()
    class Consumer {
      static readonly inject = [ContaSimplesTokenService];
    }
    const consumer = { provide: Consumer, inject: [ContaSimplesTokenService], useFactory: () => new Consumer() };
    @Module({ providers: [consumer] })
    class Feature {}
    expect(await tokenFrom(Feature, ContaSimplesAuthModule.forRoot(options()))).toMatch(/^ey/);
    const start = bootContext([Feature, ContaSimplesAuthModule.forRoot({ ...options(), isGlobal: false })]);
    await expect(start).rejects.toThrow(/can't resolve dependencies/);
  });
});

describe('forRootAsync()', () => {
  @Injectable()
  class FromClass implements ContaSimplesAuthOptionsFactory {
    createContaSimplesAuthOptions() {
      return Promise.resolve(options());
    }
  }

  @Global()
  @Module({ providers: [FromClass], exports: [FromClass] })
  class Existing {}

  const shapes: [string, () => DynamicModule][] = [
    [
      'useFactory',
      () =>
        ContaSimplesAuthModule.forRootAsync({
          imports: [ConfigModule],
          inject: [ConfigService],
          useFactory: (config: ConfigService) => ({ ...options(), userAgent: config.get('NO_SUCH_VARIABLE') }),
        }),
    ],
    ['useClass', () => ContaSimplesAuthModule.forRootAsync({ useClass: FromClass })],
    ['useExisting', () => ContaSimplesAuthModule.forRootAsync({ imports: [Existing], useExisting: FromClass })],
  ];

  it.each(shapes)('takes options by %s', async (_shape, register) => {
    expect(await tokenFrom(register())).toMatch(/^ey/);
  });

  it('fills what the factory leaves undefined from the environment', async () => {
    setEnvironment();
    expect(await tokenFrom(ContaSimplesAuthModule.forRootAsync({ useFactory: () => ({}) }))).toMatch(/^ey/);
  });

  it('says what it needs when it gets none of the three', () => {
    expect(() => ContaSimplesAuthModule.forRootAsync({})).toThrow(/useFactory, useClass and useExisting/);
  });
});

describe('bootstrap', () => {
  it('obtains the first token in the background by default, before the first caller asks', async () => {
    const arrived = emulator.waitForRequest('token', 1);
    const app = await bootContext([ContaSimplesAuthModule.forRoot(options())]);
    closers.push(() => app.close());
    await arrived;
    await app.get(ContaSimplesTokenService).getToken();
    expect(emulator.counts.token.total).toBe(1);
  });

  it('makes no request until the first call with lazy', async () => {
    const app = await bootContext([ContaSimplesAuthModule.forRoot({ ...options(), bootstrap: 'lazy' })]);
    closers.push(() => app.close());
    expect(app.get(ContaSimplesTokenService).status().state).toBe('empty');
    expect(emulator.counts.token.total).toBe(0);
    await app.get(ContaSimplesTokenService).getToken();
    expect(emulator.counts.token.total).toBe(1);
  });

  it('starts with the endpoint down by default, and fails the start with required', async () => {
    emulator.fail('token', { status: 401 }, { times: Number.POSITIVE_INFINITY });
    const app = await bootContext([ContaSimplesAuthModule.forRoot(options())]);
    closers.push(() => app.close());
    const start = bootContext([ContaSimplesAuthModule.forRoot({ ...options(), bootstrap: 'required' })]);
    await expect(start).rejects.toMatchObject({ kind: 'credentials_rejected', status: 401, account: 'default' });
    expect(emulator.counts.token.total).toBe(2);
  });

  it('holds the token when the start is over with required', async () => {
    const app = await bootContext([ContaSimplesAuthModule.forRoot({ ...options(), bootstrap: 'required' })]);
    closers.push(() => app.close());
    expect(app.get(ContaSimplesTokenService).status().state).toBe('valid');
  });
});

describe('calls with their own limits, and the end', () => {
  it('hands the held token to callers with their own limits, but not to one who has given up', async () => {
    const app = await bootContext([ContaSimplesAuthModule.forRoot(options())]);
    closers.push(() => app.close());
    const tokens = app.get(ContaSimplesTokenService);
    const held = await tokens.getToken();
    const gone = { signal: AbortSignal.abort(new Error('changed my mind')) };
    for (const patient of [{}, { timeoutMs: 1 }, { signal: new AbortController().signal }]) {
      expect(await tokens.getToken(undefined, patient)).toBe(held);
      expect(await tokens.getAccessToken('default', patient)).toBe(held.value);
    }
    await expect(tokens.getToken(undefined, gone)).rejects.toThrow('changed my mind');
    await expect(tokens.getAccessToken('default', gone)).rejects.toThrow('changed my mind');
    expect(emulator.counts.token.total).toBe(1);
  });

  it('rejects with shut_down after close(), and closes twice without harm', async () => {
    const app = await bootContext([ContaSimplesAuthModule.forRoot(options())]);
    const tokens = app.get(ContaSimplesTokenService);
    await tokens.getToken();
    await app.close();
    await app.close();
    await expect(tokens.getToken()).rejects.toMatchObject({ kind: 'shut_down' });
    expect(tokens.status().state).toBe('closed');
  });

  it('closes an application whose start never ended', async () => {
    @Module({ imports: [ContaSimplesAuthModule.forRoot(options())] })
    class App {}
    const app = await NestFactory.create(App, { logger: false });
    await app.close();
    expect(app.get(ContaSimplesTokenService).status().state).toBe('closed');
  });
});
