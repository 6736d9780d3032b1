import { describe, expect, it } from '@jest/globals';
import { Credentials } from '../accounts/credentials.js';
import { RecordCipher } from './record-cipher.js';

const URL = 'https://api.example.com/oauth/v1/access-token';
const pair = (apiKey = 'key', apiSecret = 'secret', scope = URL) => {
  const credentials = new Credentials({ apiKey, apiSecret });
  return new RecordCipher((purpose, bytes) => credentials.deriveKey(scope, purpose, bytes));
};

describe('a sealed record', () => {
  it('is opened by the same pair for the same key', () => {
    expect(pair().open(pair().seal('a token', 'name'), 'name')).toBe('a token');
  });

  it('shows nothing of its text, and is never the same twice', () => {
    const one = pair().seal('a long enough text', 'name');
    expect(Buffer.from(one, 'base64').toString('latin1')).not.toContain('long enough');
    expect(pair().seal('a long enough text', 'name')).not.toBe(one);
  });

  it.each([
    ['another secret', pair('key', 'secret2'), 'name'],
    ['another key of the service', pair('key2'), 'name'],
    ['another token endpoint', pair('key', 'secret', 'https://other.example.com/'), 'name'],
    ['another key of the store', pair(), 'name2'],
  ])('is not opened with %s', (_what, cipher, name) => {
    expect(cipher.open(pair().seal('a token', 'name'), name)).toBeUndefined();
  });

  it('is not opened when any byte of it has changed', () => {
    const bytes = Buffer.from(pair().seal('a token', 'name'), 'base64');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(pair().open(changed.toString('base64'), 'name')).toBeUndefined();
    }
  });

  it.each([0, 1, 12, 27, 28, 29])('is not opened when only %d bytes of it are left', (length) => {
    const bytes = Buffer.from(pair().seal('a token', 'name'), 'base64');
    expect(pair().open(bytes.subarray(0, length).toString('base64'), 'name')).toBeUndefined();
  });

  it.each(['', 'not base64 !', 'A'.repeat(40_000), 'é'])('is not what %j is', (value) => {
    expect(pair().open(value, 'name')).toBeUndefined();
  });

  it('has a name that differs from pair to pair and tells neither half', () => {
    const ids = [pair(), pair('key2'), pair('key', 'secret2'), pair('key', 'secret', 'x')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toBe(pair().id);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });
});
