import { describe, expect, it } from '@jest/globals';
import { ownField, parseObject } from './token-answer.js';

describe('parseObject', () => {
  it('reads an object', () => {
    expect(parseObject('{"a":[1]}')).toEqual({ a: [1] });
  });

  it.each(['null', '[]', '5', '"a"', 'true', '', '{', '{}{}', '['.repeat(10_000) + ']'.repeat(10_000)])(
    'takes nothing else for one: %p',
    (text) => {
      expect(parseObject(text)).toBeUndefined();
    },
  );
});

describe('ownField', () => {
  it('is the value of a field of the object', () => {
    expect(ownField({ a: 1 }, 'a')).toBe(1);
  });

  it.each(['constructor', '__proto__', 'toString', 'missing'])('is nothing inherited or missing: %s', (name) => {
    expect(ownField({}, name)).toBeUndefined();
  });

  it('is nothing that another part of the program has put on every object', () => {
    expect(ownField(Object.create({ access_token: 'a' }), 'access_token')).toBeUndefined();
  });

  it('is a field that is named as an inherited one', () => {
    expect(ownField(parseObject('{"__proto__":1}'), '__proto__')).toBe(1);
  });

  it('is nothing of nothing', () => {
    expect(ownField(undefined, 'a')).toBeUndefined();
  });
});
