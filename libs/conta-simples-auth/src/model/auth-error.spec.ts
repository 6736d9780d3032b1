import { describe, expect, it } from '@jest/globals';
import { ContaSimplesAuthError, isContaSimplesAuthError } from './auth-error.js';
import { FAILURE_KINDS } from './failure-kinds.js';

const error = new ContaSimplesAuthError({
  kind: 'rate_limited',
  what: 'The token endpoint answered 429',
  account: 'matriz',
  environment: 'sandbox',
  status: 429,
  attempts: 3,
  requestId: 'req_1',
  retryAt: Date.UTC(2026, 0, 5, 12),
});

describe('an error of this package', () => {
  it('says what happened, to which account, what to do and when it goes on', () => {
    expect(error.message).toBe(
      'The token endpoint answered 429 (account "matriz", environment sandbox, request req_1). ' +
        `${FAILURE_KINDS.rate_limited.remedy} Next attempt at 2026-01-05T12:00:00.000Z.`,
    );
  });

  it('has fields to branch on, and no cause', () => {
    expect(error).toMatchObject({
      name: 'ContaSimplesAuthError',
      kind: 'rate_limited',
      account: 'matriz',
      attempts: 3,
    });
    expect(error).toMatchObject({ environment: 'sandbox', status: 429, requestId: 'req_1' });
    expect('cause' in error).toBe(false);
    expect(error).toBeInstanceOf(Error);
  });

  it('keeps the name of its account, and escapes and shortens it in the message', () => {
    const account = `a\nb${'x'.repeat(100)}`;
    const named = new ContaSimplesAuthError({ kind: 'timeout', what: 'No token', account });
    expect(named.account).toBe(account);
    expect(named.message).toBe(`No token (account "a\\nb${'x'.repeat(61)}…"). ${FAILURE_KINDS.timeout.remedy}`);
  });

  it('leaves out what it does not know', () => {
    const bare = new ContaSimplesAuthError({ kind: 'shut_down', what: 'No token' });
    expect(Object.keys(bare).sort()).toEqual(['attempts', 'kind', 'name']);
    expect(bare.attempts).toBe(0);
    expect(bare.message).toBe(`No token. ${FAILURE_KINDS.shut_down.remedy}`);
  });
});

describe('isContaSimplesAuthError()', () => {
  it('knows errors of this package, by kind if asked', () => {
    expect(isContaSimplesAuthError(error)).toBe(true);
    expect(isContaSimplesAuthError(error, 'rate_limited')).toBe(true);
    expect(isContaSimplesAuthError(error, 'timeout')).toBe(false);
  });

  it('knows those of another copy of the package', () => {
    const brand = Symbol.for('nestjs-conta-simples-auth.error');
    const foreign = Object.defineProperty(Object.assign(new Error('x'), { kind: 'timeout' }), brand, { value: true });
    expect(foreign).not.toBeInstanceOf(ContaSimplesAuthError);
    expect(isContaSimplesAuthError(foreign, 'timeout')).toBe(true);
  });

  it.each([undefined, null, 'rate_limited', 42, new Error('x'), { kind: 'rate_limited' }])('says no to %p', (value) => {
    expect(isContaSimplesAuthError(value)).toBe(false);
  });
});
