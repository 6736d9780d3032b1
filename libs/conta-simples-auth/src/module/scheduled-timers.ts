import { Logger } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { harmless } from '../observability/harmless.js';
import type { TimerListing } from '../token/refresh-timer.js';

/** Those of which it was told that nothing is listed in them. */
const told = new WeakSet<SchedulerRegistry>();

/**
 * Shows an account's refresh timer in the application's `SchedulerRegistry`, as `conta-simples-auth:<account>`. A
 * registry that fails, such as a stub in a test, costs nothing but that: the timer runs all the same.
 */
export function listInScheduler(registry: SchedulerRegistry | undefined, account: string): TimerListing | undefined {
  if (registry === undefined) return undefined;
  const name = `conta-simples-auth:${account}`;
  const call = <T>(use: () => T) => harmless(use, () => tellOnce(registry));
  // A fired timer stays listed, and its name cannot be taken again: removed first, whoever left it there.
  const remove = () => {
    if (call(() => registry.doesExist('timeout', name))) call(() => registry.deleteTimeout(name));
  };
  return {
    add: (handle) => {
      remove();
      call(() => registry.addTimeout(name, handle));
    },
    remove,
  };
}

function tellOnce(registry: SchedulerRegistry): void {
  if (told.has(registry)) return;
  told.add(registry);
  const line = 'The SchedulerRegistry takes no timers of this library: they run all the same, and are not listed in it';
  // The application's own logger, in the middle of a refresh.
  harmless(
    () => new Logger('ContaSimplesAuth').debug(line),
    () => {},
  );
}
