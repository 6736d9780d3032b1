import { Inject, Injectable, type InjectionToken, Logger, Optional } from '@nestjs/common';
import type { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { callSafely } from '../support/call-safely.js';
import type { TimerListing } from '../token/refresh-schedule.js';

/** Registries whose failure was logged. */
const logged = new WeakSet<SchedulerRegistry>();

/** Timers of one name that a number distinguishes: of other modules or applications that use the same registry. */
const MAX_SAME_NAME = 10;

/** Methods by which the class is recognized. */
const REGISTRY_METHODS = [
  'doesExist',
  'getTimeout',
  'getTimeouts',
  'addTimeout',
  'deleteTimeout',
  'getIntervals',
  'addInterval',
  'deleteInterval',
] as const;

/**
 * The application's `SchedulerRegistry`, if our module can inject it. Its class is found among the application's providers
 * and not imported: `@nestjs/schedule` would load its cron library into every application.
 */
export async function injectScheduler(
  self: ModuleRef,
  modules: ModulesContainer,
): Promise<SchedulerRegistry | undefined> {
  const tokens = new Set([...modules.values()].flatMap(({ providers }) => [...providers.keys()]));
  for (const token of tokens) {
    const registry = isRegistryClass(token) ? await inject(self, token) : undefined;
    if (registry !== undefined) return registry;
  }
  return undefined;
}

/** `undefined` if our module cannot inject it: it is in a module that is not global, or request-scoped. */
async function inject(self: ModuleRef, token: InjectionToken): Promise<SchedulerRegistry | undefined> {
  @Injectable()
  class Dependent {
    constructor(@Optional() @Inject(token) readonly registry?: SchedulerRegistry) {}
  }
  try {
    return (await self.create(Dependent)).registry;
  } catch {
    return undefined;
  }
}

/** Compares the methods and not the name, which a bundler may have shortened. A class derived from it has none of them. */
function isRegistryClass(token: InjectionToken): boolean {
  const prototype: unknown = typeof token === 'function' ? token.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) return false;
  return REGISTRY_METHODS.every((name) => Object.hasOwn(prototype, name));
}

/**
 * Lists an account's refresh timer in the application's `SchedulerRegistry`, as `conta-simples-auth:<account>`, or with a
 * number after it if that name is taken. It removes only what it added. A registry that fails, such as a stub in a test,
 * does not affect the timer.
 */
export function listInScheduler(registry: SchedulerRegistry, account: string): TimerListing {
  return new ScheduledListing(registry, `conta-simples-auth:${account}`);
}

class ScheduledListing implements TimerListing {
  readonly #registry: SchedulerRegistry;
  readonly #name: string;
  #listed: { readonly name: string; readonly handle: unknown } | undefined;

  constructor(registry: SchedulerRegistry, name: string) {
    this.#registry = registry;
    this.#name = name;
  }

  add(handle: unknown): void {
    this.remove();
    const name = this.#freeName();
    if (name === undefined) return;
    this.#listed = { name, handle };
    this.#call((registry) => registry.addTimeout(name, handle));
  }

  /** The application may have removed it, or replaced it with another timer. */
  remove(): void {
    const listed = this.#listed;
    this.#listed = undefined;
    if (listed === undefined || !this.#exists(listed.name)) return;
    const present: unknown = this.#call((registry) => registry.getTimeout(listed.name));
    if (present === listed.handle) this.#call((registry) => registry.deleteTimeout(listed.name));
  }

  #freeName(): string | undefined {
    for (let number = 1; number <= MAX_SAME_NAME; number++) {
      const name = number === 1 ? this.#name : `${this.#name} (${number})`;
      if (!this.#exists(name)) return name;
    }
    return undefined;
  }

  #exists(name: string): boolean {
    return this.#call((registry) => registry.doesExist('timeout', name)) === true;
  }

  #call<T>(use: (registry: SchedulerRegistry) => T): T | undefined {
    return callSafely(
      () => use(this.#registry),
      () => logOnce(this.#registry),
    );
  }
}

function logOnce(registry: SchedulerRegistry): void {
  if (logged.has(registry)) return;
  logged.add(registry);
  const line = 'The SchedulerRegistry takes no timers of this library: they run, but are not listed in it';
  // An application's logger that throws must not make a refresh fail.
  callSafely(
    () => new Logger('ContaSimplesAuth').debug(line),
    () => {},
  );
}
