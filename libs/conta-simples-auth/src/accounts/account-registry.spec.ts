import { describe, expect, it } from '@jest/globals';
import type { ContaSimplesAuthError } from '../token/auth-error.js';
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
  return { accounts: new AccountRegistry({ names, open, environment: 'sandbox', create }), created };
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
