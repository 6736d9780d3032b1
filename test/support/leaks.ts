import { format, inspect, types } from 'node:util';
import { expect } from '@jest/globals';

/** The ways in which a value commonly ends up in a log. */
const WAYS: ((value: unknown) => string)[] = [
  (value) => inspect(value, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  (value) => format('%s %o %O %j', value, value, value, value),
  (value) => JSON.stringify(value) ?? '',
  (value) => String(value),
  (value) => (types.isNativeError(value) ? `${value.stack} ${value.message}` : ''),
];

/** What comes of them. A way that does not work for this value prints the reason. */
export function printed(value: unknown): string[] {
  return WAYS.map((print) => {
    try {
      return print(value);
    } catch (error) {
      return inspect(error, { depth: 20, showHidden: true });
    }
  });
}

const LENGTH = 12;

/** That no way of printing `value` shows one of the secrets, or any twelve characters in a row of it. */
export function expectNoTrace(value: unknown, ...secrets: [string, ...string[]]): void {
  const pieces = new Set(secrets.flatMap(piecesOf));
  expect(printed(value).flatMap((text) => traces(text, pieces))).toEqual([]);
}

function piecesOf(secret: string): string[] {
  return Array.from({ length: secret.length - LENGTH + 1 }, (_unused, at) => secret.slice(at, at + LENGTH));
}

/** Where a piece of a secret stands, with what is before it. */
function traces(text: string, pieces: ReadonlySet<string>): string[] {
  for (const { 0: word, index } of text.matchAll(/[\w.+/=-]{12,}/g)) {
    for (let at = 0; at + LENGTH <= word.length; at++) {
      if (pieces.has(word.slice(at, at + LENGTH)))
        return [`${text.slice(Math.max(0, index + at - 80), index + at)}<secret>`];
    }
  }
  return [];
}
