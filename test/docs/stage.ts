import { afterAll, afterEach, beforeEach, jest } from '@jest/globals';
import { type DynamicModule, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { bootContext } from '@support/boot.js';
import { ContaSimplesAuthModule } from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { removeBlocks } from './run-block.js';

export const COMPANIES = ['matriz', 'filial-sp'];

/** What a reader of the documents has: an emulator, the environment that leads to it, and an application. */
export interface Stage {
  readonly emulator: ContaSimplesEmulator;
  /** An application of these modules, which is closed after the test. */
  context(...imports: (Type | DynamicModule)[]): Promise<INestApplicationContext>;
  /** What else is to be closed. */
  onClose(close: () => Promise<void>): void;
}

/** Sets the stage for every test of the file that calls it. */
export function useStage(): Stage {
  const before = { ...process.env };
  let emulator: ContaSimplesEmulator;
  let closers: (() => Promise<void>)[] = [];
  const onClose = (close: () => Promise<void>) => {
    closers.push(close);
  };

  beforeEach(async () => {
    const companies = COMPANIES.map((name) => ({ name, apiKey: `${name}-key`, apiSecret: `${name}-secret` }));
    emulator = await startContaSimplesEmulator({
      accounts: [{ name: 'default', ...EMULATOR_CREDENTIALS }, ...companies],
    });
    process.env.CONTA_SIMPLES_BASE_URL = emulator.baseUrl;
    process.env.CONTA_SIMPLES_API_KEY = EMULATOR_CREDENTIALS.apiKey;
    process.env.CONTA_SIMPLES_API_SECRET = EMULATOR_CREDENTIALS.apiSecret;
  });

  afterEach(async () => {
    await Promise.all(closers.map((close) => close()));
    closers = [];
    await emulator.close();
    for (const name of Object.keys(process.env)) if (name.startsWith('CONTA_SIMPLES_')) delete process.env[name];
    Object.assign(process.env, before);
    jest.restoreAllMocks();
  });

  afterAll(removeBlocks);

  return {
    get emulator() {
      return emulator;
    },
    async context(...imports) {
      const app = await bootContext(imports);
      onClose(() => app.close());
      return app;
    },
    onClose,
  };
}

/** A module with a block's services, in an application with the library. */
export function moduleOf(...providers: Type[]): Type {
  @Module({ imports: [ContaSimplesAuthModule.forRoot()], providers })
  class RecipeModule {}
  return RecipeModule;
}

/** What a block exports under this name, as what its reader takes it for. */
export function exported<T>(block: Record<string, unknown>, name: string): T {
  return block[name] as T;
}
