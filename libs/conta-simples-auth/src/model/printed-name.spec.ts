import { describe, expect, it } from '@jest/globals';
import { printedName } from './printed-name.js';

describe('a name in a message', () => {
  it.each(['matriz', 'filial-sp', '12.345.678/0001-95', 'São Paulo & Cia.', '東京', '😀', "o'clock", ' '])(
    'is unchanged and in quotes: %s',
    (name) => {
      expect(printedName(name)).toBe(`"${name}"`);
    },
  );

  it.each([
    ['a\nb', '"a\\nb"'],
    ['a\r\nb\tc', '"a\\r\\nb\\tc"'],
    ['\u0000\u001b[31m', '"\\u0000\\u001b[31m"'],
    ['\u007f\u0085\u009b', '"\\u007f\\u0085\\u009b"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['a\u202eb\u2066\u200f', '"a\\u202eb\\u2066\\u200f"'],
    ['\u200b\ufeff\u00ad', '"\\u200b\\ufeff\\u00ad"'],
    ['\ud800', '"\\ud800"'],
    ['\u{e0041}', '"\\udb40\\udc41"'],
    ['") forged (account "x', '"\\") forged (account \\"x"'],
    ['\\n', '"\\\\n"'],
    ['', '""'],
  ])('is escaped where it would be something else than text: %j', (name, printed) => {
    expect(printedName(name)).toBe(printed);
  });

  it('is read back by a JSON parser', () => {
    const name = Array.from({ length: 60 }, (_, code) => String.fromCharCode(code)).join('');
    expect(JSON.parse(printedName(name))).toBe(name);
  });

  it.each([
    ['x'.repeat(64), `"${'x'.repeat(64)}"`],
    ['x'.repeat(65), `"${'x'.repeat(64)}…"`],
    ['😀'.repeat(64), `"${'😀'.repeat(64)}"`],
    ['😀'.repeat(65), `"${'😀'.repeat(64)}…"`],
    [`${'x'.repeat(63)}😀y`, `"${'x'.repeat(63)}😀…"`],
    ['x'.repeat(5_000_000), `"${'x'.repeat(64)}…"`],
  ])('is 64 letters long at most', (name, printed) => {
    expect(printedName(name)).toBe(printed);
  });
});
