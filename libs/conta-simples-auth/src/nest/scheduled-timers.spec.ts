import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
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

describe('timers of one name in one registry', () => {
  const handles: NodeJS.Timeout[] = [];
  afterEach(() => {
    for (const handle of handles.splice(0)) clearTimeout(handle);
  });

  /** A timer that says whether it was cleared. */
  function timer(): NodeJS.Timeout {
    const handle = setTimeout(() => {}, 60_000);
    handles.push(handle);
    return handle;
  }

  function two() {
    const registry = new SchedulerRegistry();
    return { registry, one: listInScheduler(registry, 'matriz'), other: listInScheduler(registry, 'matriz') };
  }

  it('are listed beside each other, and each removes only what it added', () => {
    const { registry, one, other } = two();
    const [first, second] = [timer(), timer()];
    one?.add(first);
    other?.add(second);
    expect(registry.getTimeouts()).toEqual(['conta-simples-auth:matriz', 'conta-simples-auth:matriz (2)']);
    one?.remove();
    one?.remove();
    expect(registry.getTimeouts()).toEqual(['conta-simples-auth:matriz (2)']);
    expect(registry.getTimeout('conta-simples-auth:matriz (2)')).toBe(second);
    one?.add(first);
    other?.remove();
    expect(registry.getTimeout('conta-simples-auth:matriz')).toBe(first);
  });

  it('of the application, or deleted by it, are left alone', () => {
    const { registry, one } = two();
    const theirs = timer();
    one?.add(timer());
    registry.deleteTimeout('conta-simples-auth:matriz');
    registry.addTimeout('conta-simples-auth:matriz', theirs);
    one?.add(timer());
    one?.remove();
    expect(registry.getTimeouts()).toEqual(['conta-simples-auth:matriz']);
    expect(registry.getTimeout('conta-simples-auth:matriz')).toBe(theirs);
  });

  it('are not listed where ten of that name are', () => {
    const registry = new SchedulerRegistry();
    const listings = Array.from({ length: 12 }, () => listInScheduler(registry, 'matriz'));
    for (const listing of listings) listing?.add(timer());
    expect(registry.getTimeouts()).toHaveLength(10);
    for (const listing of listings) listing?.remove();
    expect(registry.getTimeouts()).toEqual([]);
  });

  it('replace the one that the same account listed before', () => {
    const { registry, one } = two();
    one?.add(timer());
    const latest = timer();
    one?.add(latest);
    expect(registry.getTimeouts()).toEqual(['conta-simples-auth:matriz']);
    expect(registry.getTimeout('conta-simples-auth:matriz')).toBe(latest);
  });
});

function raise(message: string): never {
  throw new Error(message);
}
