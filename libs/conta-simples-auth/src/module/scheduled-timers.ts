import type { SchedulerRegistry } from '@nestjs/schedule';
import type { TimerListing } from '../token/refresh-timer.js';

/** Shows an account's refresh timer in the application's `SchedulerRegistry`, as `conta-simples-auth:<account>`. */
export function listInScheduler(registry: SchedulerRegistry | undefined, account: string): TimerListing | undefined {
  if (registry === undefined) return undefined;
  const name = `conta-simples-auth:${account}`;
  // A fired timer stays listed, and its name cannot be taken again: removed first, whoever left it there.
  const remove = () => {
    if (registry.doesExist('timeout', name)) registry.deleteTimeout(name);
  };
  return {
    add: (handle) => {
      remove();
      registry.addTimeout(name, handle);
    },
    remove,
  };
}
