import type { OnApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import type { Core } from './core.js';

/**
 * Ties the tokens to the application's life. Calls still arrive between the two shutdown hooks, while HTTP drains, so a
 * held token is served until the second.
 */
export class CoreLifecycle implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async onModuleInit(): Promise<void> {
    const { bootstrap, accounts, telemetry } = this.#core;
    telemetry?.start();
    if (bootstrap === 'lazy') return;
    // Every account that is known now is kept fresh from the start, also those whose token the start does not wait for.
    for (const keeper of accounts) keeper.warmUp();
    if (bootstrap === 'background') return;
    const required = accounts.find(DEFAULT_ACCOUNT) ? [accounts.get(DEFAULT_ACCOUNT)] : [...accounts];
    try {
      await Promise.all(required.map((keeper) => keeper.get()));
    } catch (error) {
      // Nest calls no shutdown hook of an application that did not start.
      this.onApplicationShutdown();
      throw error;
    }
  }

  /** Now and not later: Nest empties the registry of timers right after. */
  onModuleDestroy(): void {
    this.#core.accounts.drain();
  }

  onApplicationShutdown(): void {
    this.#core.accounts.close();
    this.#core.release();
  }
}
