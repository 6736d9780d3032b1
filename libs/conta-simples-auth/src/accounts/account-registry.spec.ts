import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { down, HOUR, KeeperHarness, SECOND, watch } from '@support/keeper-harness.js';
import type { ContaSimplesAuthError } from '../model/auth-error.js';
import type { TokenKeeper } from '../token/keeper.js';
import { AccountRegistry } from './account-registry.js';

const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

function registry(names: string[], { open = false } = {}) {
  const created: string[] = [];
  // A registry keeps keepers and hands them out; what they do is tested with them.
  const create = (account: string) => {
    created.push(account);
    return { account } as unknown as TokenKeeper;
  };
  return {
    accounts: new AccountRegistry({ names, open, maxAccounts: 1_000, environment: 'sandbox', create }),
    created,
  };
}

function refusal(call: () => unknown): ContaSimplesAuthError {
  try {
    call();
  } catch (error) {
    return error as ContaSimplesAuthError;
  }
  throw new Error('It was not refused');
}

describe('a registry of given accounts', () => {
  it('makes one keeper of each at once, and no more', () => {
    const { accounts, created } = registry(['default', 'matriz']);
    expect(accounts.get('matriz')).toBe(accounts.get('matriz'));
    expect(created).toEqual(['default', 'matriz']);
    expect(accounts.names).toEqual(['default', 'matriz']);
  });

  it('means the account default where no name is given', () => {
    const { accounts } = registry(['matriz', 'default']);
    expect(accounts.get(undefined)).toBe(accounts.get('default'));
  });

  it('tells accounts apart by letter case', () => {
    const { accounts } = registry(['matriz', 'MATRIZ']);
    expect(accounts.get('matriz')).not.toBe(accounts.get('MATRIZ'));
  });

  it('gives all its keepers', () => {
    const { accounts } = registry(['default', 'matriz']);
    expect([...accounts]).toEqual([accounts.get('default'), accounts.get('matriz')]);
  });

  it.each([...INHERITED, '', ' ', 'Matriz', 'matriz '])('knows no account %p', (name) => {
    const { accounts } = registry(['matriz']);
    expect(accounts.find(name)).toBeUndefined();
    expect(refusal(() => accounts.get(name))).toMatchObject({
      kind: 'unknown_account',
      account: name,
      environment: 'sandbox',
    });
  });

  it.each([null, 5, {}, ['matriz'], Symbol('matriz')])('knows no account that is no string: %p', (name) => {
    const { accounts } = registry(['matriz']);
    expect(refusal(() => accounts.get(name as string)).kind).toBe('unknown_account');
  });

  it.each(INHERITED)('may have an account named %s', (name) => {
    const { accounts, created } = registry([name]);
    expect(accounts.get(name)).toBe(accounts.find(name));
    expect(created).toEqual([name]);
  });

  it('says which names there are', () => {
    const { accounts } = registry(['matriz', 'filial-sp']);
    expect(refusal(() => accounts.get('filial')).message).toContain('only: "matriz", "filial-sp"');
  });

  it('says that a call has to name one where there is no default', () => {
    const { accounts } = registry(['matriz', 'filial-sp']);
    expect(refusal(() => accounts.get(undefined)).message).toContain('has to name one of: "matriz", "filial-sp"');
  });

  it('lists 20 names at most', () => {
    const { accounts } = registry(Array.from({ length: 10_000 }, (_, index) => `account-${index}`));
    const { message } = refusal(() => accounts.get('x'));
    expect(message).toContain('"account-19" and 9980 more');
    expect(message).not.toContain('account-20');
  });
});

describe('a registry with a provider of further accounts', () => {
  it('makes a keeper of a new name once', () => {
    const { accounts, created } = registry(['default'], { open: true });
    expect(accounts.get('tenant-1')).toBe(accounts.get('tenant-1'));
    expect(created).toEqual(['default', 'tenant-1']);
  });

  it('makes none to look whether there is one', () => {
    const { accounts, created } = registry([], { open: true });
    expect(accounts.find('tenant-1')).toBeUndefined();
    expect(created).toEqual([]);
  });

  it.each(['', undefined, null, 5])('does not ask it for %p', (name) => {
    const { accounts, created } = registry([], { open: true });
    expect(refusal(() => accounts.get(name as string)).kind).toBe('unknown_account');
    expect(created).toEqual([]);
  });
});

/** A registry of real keepers, each with its own endpoint. */
function running(names: string[], { open = false, maxAccounts = 8 } = {}) {
  const harnesses = new Map<string, KeeperHarness>();
  const create = (account: string) => {
    const harness = new KeeperHarness({ account, keepFresh: 'while_used' });
    harnesses.set(account, harness);
    return harness.keeper;
  };
  const accounts = new AccountRegistry({ names, open, maxAccounts, environment: 'sandbox', create });
  const of = (account: string): KeeperHarness => {
    const harness = harnesses.get(account);
    if (harness === undefined) throw new Error(`No call asked for ${account}`);
    return harness;
  };
  const use = async (account: string) => {
    const call = accounts.get(account).get();
    await of(account).clock.advance(SECOND);
    return call;
  };
  return { accounts, of, use, created: () => [...harnesses.keys()] };
}

describe('a registry at its bound', () => {
  it('makes room by letting the least recently used go, timers and all', async () => {
    const { accounts, of, use } = running([], { open: true });
    for (let index = 0; index < 8; index++) {
      await use(`a${index}`);
      // Each keeper has its own clock here: a later one is set to a later time.
      of(`a${index}`).clock.stepWall(index * SECOND);
      await accounts.get(`a${index}`).get();
    }
    of('a0').clock.stepWall(100 * SECOND);
    const kept = await use('a0');
    await use('a8');
    expect([...accounts]).toHaveLength(8);
    expect(of('a1').clock.pending()).toBe(0);
    expect(accounts.find('a1')).toBeUndefined();
    expect(accounts.find('a0')?.current()?.token ?? kept).toBeDefined();
    expect(accounts.find('a0')).toBe(of('a0').keeper);
  });
});

describe('accounts that change while the application runs', () => {
  it('are there from the moment they are set', async () => {
    const { accounts, use } = running(['matriz']);
    expect(() => accounts.get('filial')).toThrow(/no such account/);
    accounts.set('filial');
    expect((await use('filial')).value).toBe('token-1');
    expect(accounts.names).toEqual(['matriz', 'filial']);
  });

  it('start afresh when they are set again, also for callers that wait', async () => {
    const { accounts, of, use } = running(['matriz']);
    expect((await use('matriz')).value).toBe('token-1');
    accounts.set('matriz');
    expect((await use('matriz')).value).toBe('token-2');
    const waiting = watch(of('matriz').keeper.refresh());
    accounts.set('matriz');
    await of('matriz').clock.advance(SECOND);
    expect(waiting).toMatchObject({ state: 'resolved', value: { value: 'token-3' } });
  });

  it('of a function give callers that wait a token of the new pair when they are set', async () => {
    const { accounts, of } = running([], { open: true });
    accounts.get('tenant');
    const harness = of('tenant');
    harness.clock.nextRandom = 0.999_999;
    harness.script.push(down);
    const waiting = watch(accounts.get('tenant').get());
    await harness.clock.advance(200);
    accounts.set('tenant');
    await harness.clock.advance(200);
    expect(waiting).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect(accounts.get('tenant')).toBe(harness.keeper);
  });

  it('are unknown from the moment they are removed, also to callers that wait', async () => {
    const { accounts, of } = running(['default', 'matriz']);
    const waiting = watch(accounts.get('matriz').get());
    expect(accounts.remove('matriz')).toBe(true);
    expect(accounts.remove('matriz')).toBe(false);
    await of('matriz').clock.advance(SECOND);
    expect(waiting).toMatchObject({ state: 'rejected', error: { kind: 'unknown_account', account: 'matriz' } });
    expect(of('matriz').clock.pending()).toBe(0);
    expect(() => accounts.get('matriz')).toThrow(/only: "default"/);
    accounts.remove('default');
    expect(() => accounts.get(undefined)).toThrow(/no default account/);
  });

  it('are drained with the rest, and after it', async () => {
    const { accounts, of } = running(['matriz'], { open: true });
    accounts.drain();
    for (const name of ['matriz', 'another']) {
      accounts.get(name);
      of(name).answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
      const call = watch(accounts.get(name).get());
      await of(name).clock.advance(SECOND);
      expect(call.state).toBe('rejected');
    }
    accounts.set('late');
    expect(of('late').clock.pending()).toBe(0);
    of('late').keeper.warmUp();
    expect(of('late').requests).toEqual([]);
  });

  it.each(['drain', 'close'] as const)(
    'of a function leave no timer behind that would evict them: %s()',
    async (end) => {
      const clock = new FakeClock();
      const create = (account: string) => new KeeperHarness({ account, keepFresh: 'while_used' }).keeper;
      const accounts = new AccountRegistry({
        names: [],
        open: true,
        maxAccounts: 1,
        environment: 'sandbox',
        clock,
        create,
      });
      for (const name of ['one', 'other', 'third'])
        accounts
          .get(name)
          .get()
          .catch(() => {});
      expect([...accounts]).toHaveLength(3);
      expect(clock.pending()).toBe(1);
      await accounts[end]();
      expect(clock.pending()).toBe(0);
    },
  );

  it('become the default account when they are set by that name', async () => {
    const { accounts, use } = running(['matriz']);
    accounts.set('default');
    await use('default');
    expect(accounts.get(undefined)).toBe(accounts.get('default'));
  });

  it('are not kept when they come after the end', async () => {
    const { accounts } = running([], { open: true });
    await accounts.close();
    accounts.get('late');
    expect([...accounts]).toEqual([]);
  });

  it('are closed with the rest, and after it', async () => {
    const { accounts } = running(['matriz'], { open: true });
    accounts.close();
    await expect(accounts.get('matriz').get()).rejects.toMatchObject({ kind: 'shut_down' });
    await expect(accounts.get('another').get()).rejects.toMatchObject({ kind: 'shut_down' });
  });
});
