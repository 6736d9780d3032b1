import { describe, expect, it } from '@jest/globals';
import { EmulatedAccounts } from './accounts.js';

const pair = (suffix: string) => ({ apiKey: `key-${suffix}`, apiSecret: `secret-${suffix}` });

describe('the accounts of an emulator', () => {
  it('are named in order where no name is given', () => {
    const registry = new EmulatedAccounts([pair('a'), { ...pair('b'), name: 'account-3' }, pair('c')]);

    expect(registry.all.map(({ name }) => name)).toEqual(['default', 'account-3', 'account-4']);
  });

  it('can be named like a property of every object', () => {
    const registry = new EmulatedAccounts([{ name: 'constructor', ...pair('__proto__') }]);

    expect(registry.named('__proto__')).toBeUndefined();
    expect(registry.authenticate(pair('__proto__'))?.name).toBe('constructor');
  });

  it('are recognised by the whole pair', () => {
    const registry = new EmulatedAccounts([pair('a'), pair('b')]);

    expect(registry.authenticate(pair('b'))?.name).toBe('account-2');
    expect(registry.authenticate({ apiKey: 'key-a', apiSecret: 'secret-b' })).toBeUndefined();
    expect(registry.authenticate({ apiKey: 'unknown', apiSecret: '' })).toBeUndefined();
  });

  it.each([
    ['a name that is taken', { name: 'default', ...pair('b') }, /already has an account named "default"/],
    ['a key that is taken', { apiKey: 'key-a', apiSecret: 'x' }, /already has this API key/],
    ['a key with a colon', { apiKey: 'a:b', apiSecret: 'x' }, /colon/],
    ['a blank secret', { apiKey: 'b', apiSecret: '' }, /non-empty string as its apiSecret/],
  ])('refuse %s', (_what, account, message) => {
    expect(() => new EmulatedAccounts([pair('a')]).add(account)).toThrow(message);
  });

  it('rotate to a random pair unless told otherwise, and only from a key in use', () => {
    const registry = new EmulatedAccounts([pair('a')]);

    const next = registry.rotate('key-a', {});
    expect(registry.authenticate(next)?.name).toBe('default');
    expect(registry.authenticate(pair('a'))).toBeUndefined();
    expect(() => registry.rotate('key-a', {})).toThrow(/No account of the emulator has this API key/);
  });
});
