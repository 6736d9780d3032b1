import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ContaSimplesAuthOptions } from 'nestjs-conta-simples-auth';
import { EmulatedBackend } from './emulated-backend.js';

const DEFAULT_PAIR = ['CONTA_SIMPLES_API_KEY', 'CONTA_SIMPLES_API_KEY_FILE'];

/** What the demo calls: the real service, or the emulator if there are no credentials. */
export class Backend implements OnApplicationShutdown {
  constructor(
    /** Absent if the environment has credentials. */
    readonly emulated: EmulatedBackend | undefined,
    readonly accounts: readonly string[],
  ) {}

  /** Starts the emulator on a free port of this machine if the environment has no credentials. */
  static async choose(environment: NodeJS.ProcessEnv): Promise<Backend> {
    const accounts = accountsOf(environment);
    if (accounts.length > 0) return new Backend(undefined, accounts);
    const emulated = await EmulatedBackend.start();
    new Logger('Demo').warn(
      `No credentials in the environment: calling the emulator at ${emulated.emulator.baseUrl}, with made-up data. ` +
        'For the real service copy .env.example to .env and fill it in.',
    );
    return new Backend(emulated, emulated.accounts);
  }

  /** With real credentials all settings come from the environment. */
  get authOptions(): ContaSimplesAuthOptions {
    return this.emulated?.authOptions ?? {};
  }

  async onApplicationShutdown(): Promise<void> {
    await this.emulated?.emulator.close();
  }
}

function accountsOf(environment: NodeJS.ProcessEnv): string[] {
  const named = (environment.CONTA_SIMPLES_ACCOUNTS ?? '').split(',').map((name) => name.trim());
  const unnamed = DEFAULT_PAIR.some((name) => environment[name]) ? ['default'] : [];
  return [...unnamed, ...named.filter((name) => name !== '')];
}
