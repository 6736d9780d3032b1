import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { listInScheduler } from './scheduled-timers.js';

describe('a SchedulerRegistry that a test has put in place of the real one', () => {
  const lines: unknown[] = [];
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'debug').mockImplementation((line: unknown) => {
      lines.push(line);
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    lines.length = 0;
  });

  const failing = async () => Promise.reject(new Error('not in this test'));

  it.each<[string, object]>([
    ['has no methods', {}],
    ['throws', { doesExist: () => raise('not in this test') }],
    ['rejects', { doesExist: failing, deleteTimeout: failing, addTimeout: failing }],
  ])('and that %s costs the timer nothing, and a line for all accounts together', async (_what, stub) => {
    for (const account of ['matriz', 'filial']) {
      const listing = listInScheduler(stub as SchedulerRegistry, account);
      for (const handle of [1, 2]) {
        listing?.add(handle);
        listing?.remove();
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toEqual([expect.stringContaining('takes no timers of this library')]);
  });

  it('does not need a logger that works', () => {
    jest.spyOn(Logger.prototype, 'debug').mockImplementation(() => raise('not in this test'));
    expect(() => listInScheduler({} as SchedulerRegistry, 'matriz')?.add(1)).not.toThrow();
  });
});

function raise(message: string): never {
  throw new Error(message);
}
