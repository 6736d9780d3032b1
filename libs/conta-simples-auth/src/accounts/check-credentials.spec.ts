import { describe, expect, it } from '@jest/globals';
import { credentialFault } from './credentials.js';

const credentialProblem = (...given: Parameters<typeof credentialFault>) => credentialFault(...given)?.what;

describe('what is wrong with half of a pair', () => {
  it.each(['key', 'a b', 'k\u00e9y', 'a+b/c==', '%', 'x'.repeat(2_000)])('is nothing in %p', (value) => {
    expect(credentialProblem('apiKey', value, 'plain')).toBeUndefined();
  });

  it.each([
    ['a number', 5, 'string'],
    ['null', null, 'string'],
    ['nothing', undefined, 'string'],
    ['an object', { toString: () => 'key' }, 'string'],
    ['empty', '', 'blank'],
    ['spaces', '   ', 'blank'],
    ['a line end alone', '\n', 'blank'],
    ['a space before', ' canary', 'whitespace'],
    ['a space after', 'canary ', 'whitespace'],
    ['a no-break space after', 'canary\u00a0', 'no-break space'],
    ['a byte order mark', '\ufeffcanary', 'byte order mark'],
    ['a line feed after', 'canary\n', 'line break'],
    ['a line feed inside', 'can\nary', 'line break'],
    ['a carriage return inside', 'can\rary', 'line break'],
    ['a tab inside', 'can\tary', 'control character'],
    ['NUL', 'can\0ary', 'control character'],
    ['DEL', 'can\x7fary', 'control character'],
  ])('names what is wrong, without quoting it: %s', (_what, value, problem) => {
    for (const part of ['apiKey', 'apiSecret'] as const) {
      expect(credentialProblem(part, value, 'plain')).toContain(problem);
      expect(credentialProblem(part, value, 'plain')).not.toContain('can');
    }
  });

  it('refuses a colon in the key, which the server would take for its end', () => {
    expect(credentialProblem('apiKey', 'ke:y', 'plain')).toContain(':');
  });

  it.each([
    ['in the secret', 'apiSecret', 'plain'],
    ['in a key that is form-encoded', 'apiKey', 'rfc6749'],
  ] as const)('takes a colon %s', (_where, part, encoding) => {
    expect(credentialProblem(part, 'a:b', encoding)).toBeUndefined();
  });
});
