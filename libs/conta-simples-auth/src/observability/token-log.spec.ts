import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { MAX_ACCOUNTS_PER_WARNING, TokenLog } from './token-log.js';

describe('warnings about token answers', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => {
      lines.push(String(line));
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('are logged once for each account and warning', () => {
    const log = new TokenLog();
    for (const _answer of [1, 2]) {
      log.warnOnce('matriz', 'it has no expires_in');
      log.warnOnce('filial', 'it has no expires_in');
      log.warnOnce('matriz', 'it has a scope');
    }
    expect(lines).toEqual([
      'Token answer for account "matriz": it has no expires_in',
      'Token answer for account "filial": it has no expires_in',
      'Token answer for account "matriz": it has a scope',
    ]);
  });

  it.each([
    ['of an odd answer', (log: TokenLog, account: string) => log.warnOnce(account, 'it is odd')],
    ['of contended credentials', (log: TokenLog, account: string) => log.contended(account, false)],
  ])('%s are logged for a limited number of accounts, and the last line says so', (_what, warn) => {
    const log = new TokenLog();
    for (const _round of [1, 2]) {
      for (let index = 0; index < 3 * MAX_ACCOUNTS_PER_WARNING; index++) warn(log, `account-${index}`);
    }
    expect(lines).toHaveLength(MAX_ACCOUNTS_PER_WARNING);
    expect(lines.filter((line) => line.includes('not logged for further accounts'))).toEqual([lines.at(-1)]);
    log.warnOnce('account-9999', 'it is odd in another way');
    log.recordRefused();
    log.recordRefused();
    expect(lines).toHaveLength(MAX_ACCOUNTS_PER_WARNING + 2);
  });
});
