import { describe, expect, it } from '@jest/globals';
import { AccountNames } from './attributes.js';

describe('names of accounts', () => {
  it('are given in order, up to the bound, and kept', () => {
    const names = new AccountNames(['matriz', 'filial-sp'], 3);
    expect(names.of('filial-rj')).toBe('other');
    for (const account of ['filial-rj', 'filial-mg', 'matriz']) names.admit(account);
    expect(['matriz', 'filial-sp', 'filial-rj', 'filial-mg'].map((name) => names.of(name))).toEqual([
      'matriz',
      'filial-sp',
      'filial-rj',
      'other',
    ]);
  });

  it('are none where none is allowed', () => {
    expect(new AccountNames(['default'], 0).of('default')).toBe('other');
  });

  it('of more than 128 characters are not used', () => {
    const names = new AccountNames(['a'.repeat(128), 'b'.repeat(129)], 10);
    expect(names.of('a'.repeat(128))).not.toBe('other');
    expect(names.of('b'.repeat(129))).toBe('other');
  });
});
