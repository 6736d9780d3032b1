import type { OnApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import type { Runtime } from '../assembly/runtime.js';
import type { RuntimeHandle } from '../assembly/runtime-handle.js';
import type { TokenKeeper } from '../token/keeper.js';

/**
 * Ties the tokens to the application's life. Calls still arrive between the two shutdown hooks, while HTTP drains, so a
 * held token is served until the second.
 */
export class RuntimeLifecycle implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  readonly #runtime: RuntimeHandle;

  constructor(runtime: RuntimeHandle) {
    this.#runtime = runtime;
  }

  async onModuleInit(): Promise<void> {
    const runtime = this.#runtime.started;
    if (runtime === undefined) return;
    const { bootstrap, accounts, telemetry } = runtime;
    telemetry?.start();
    if (bootstrap === 'lazy') return;
    const obtained = bootstrap === 'required' ? obtainAll(requiredOf(runtime)) : undefined;
    // Every account that is known now is kept fresh from the start, also those whose token the start does not wait for.
    void accounts.warmUp();
    try {
      await obtained;
    } catch (error) {
      // Nest calls no shutdown hook of an application that did not start.
      await this.onApplicationShutdown();
      throw error;
    }
  }

  /** Before this resolves: Nest empties the registry of timers afterwards. */
  async onModuleDestroy(): Promise<void> {
    await this.#runtime.made?.accounts.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#runtime.made?.close();
    this.#runtime.made?.release();
  }
}

function requiredOf({ accounts }: Runtime): readonly TokenKeeper[] {
  const byDefault = accounts.find(DEFAULT_ACCOUNT);
  return byDefault ? [byDefault] : [...accounts];
}

/** More than the requests that run at once, so that there is always a next one. */
const CONCURRENT = 32;

/** A caller waits a limited time for its token, so with thousands of accounts each wait begins when a place is near. */
async function obtainAll(keepers: readonly TokenKeeper[]): Promise<void> {
  const left = keepers.values();
  const obtain = async () => {
    for (const keeper of left) await keeper.get();
  };
  await Promise.all(Array.from({ length: CONCURRENT }, obtain));
}
