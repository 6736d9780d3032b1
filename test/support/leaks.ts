import { format, inspect, types } from 'node:util';
import { expect } from '@jest/globals';

/** The ways in which a value commonly ends up in a log. */
const WAYS: ((value: unknown) => string)[] = [
  (value) => inspect(value, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  (value) => inspect(value, { depth: 20, showHidden: true, showProxy: true, compact: false }),
  (value) => format('%s %o %O %j', value, value, value, value),
  (value) => JSON.stringify(value) ?? '',
  (value) => String(value),
  (value) => (types.isNativeError(value) ? `${value.stack} ${value.message}` : ''),
];

/** A way that does not work for this value prints the reason. */
function printed(value: unknown): string[] {
  return WAYS.map((print) => {
    try {
      return print(value);
    } catch (error) {
      return inspect(error, { depth: 20, showHidden: true });
    }
  });
}

/** That no way of printing `value` shows `secret`, or any twelve characters in a row of it. */
export function expectNoTrace(value: unknown, secret: string): void {
  const found = printed(value).flatMap((text) => traces(text, secret));
  expect(found).toEqual([]);
}

function traces(text: string, secret: string): string[] {
  const found: string[] = [];
  for (let start = 0; start + 12 <= secret.length; start++) {
    const at = text.indexOf(secret.slice(start, start + 12));
    if (at >= 0) {
      found.push(`…${text.slice(Math.max(0, at - 80), at)}<secret>`);
      return found;
    }
  }
  return found;
}
