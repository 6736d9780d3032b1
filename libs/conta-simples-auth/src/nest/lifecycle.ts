import type { OnApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { type AccountRegistry, DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import type { TokenKeeper } from '../token/keeper.js';
import type { ServicesHandle } from './services.js';

/**
 * Starts and stops the runtime with the application. Calls still arrive between the two shutdown hooks, while HTTP
 * connections drain, so a held token is served until the second.
 */
export class RuntimeLifecycle implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  readonly #services: ServicesHandle;

  constructor(services: ServicesHandle) {
    this.#services = services;
  }

  async onModuleInit(): Promise<void> {
    const runtime = this.#services.keptFresh?.runtime;
    if (runtime === undefined) return;
    const { options, accounts, telemetry } = runtime;
    telemetry?.start();
    if (options.bootstrap === 'lazy') return;
    const obtained = options.bootstrap === 'required' ? obtainAll(requiredOf(accounts)) : undefined;
    // Keeps every known account fresh from the start, also those whose token the start does not wait for.
    void accounts.warmUp();
    try {
      await obtained;
    } catch (error) {
      // Nest calls no shutdown hook of an application that did not start.
      await this.onApplicationShutdown();
      throw error;
    }
  }

  /** Must run in this hook: Nest empties the registry of timers afterwards. */
  async onModuleDestroy(): Promise<void> {
    await this.#services.created?.runtime.accounts.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#services.created?.runtime.close();
    this.#services.created?.runtime.release();
  }
}

function requiredOf(accounts: AccountRegistry): readonly TokenKeeper[] {
  const byDefault = accounts.find(DEFAULT_ACCOUNT);
  return byDefault ? [byDefault] : [...accounts];
}

/** More than the requests that run at once, so that a next one is always ready. */
const CONCURRENT = 32;

/** The wait of each account is limited, so with thousands of accounts each wait starts only when its turn is near. */
async function obtainAll(keepers: readonly TokenKeeper[]): Promise<void> {
  const left = keepers.values();
  const obtain = async () => {
    for (const keeper of left) await keeper.get();
  };
  await Promise.all(Array.from({ length: CONCURRENT }, obtain));
}
