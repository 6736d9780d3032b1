/** Letters of a name that are printed at most: enough to know it by, too few to fill a log. */
const MAX_LETTERS = 64;

/** What ends a line, moves the cursor, turns the writing round or cannot be seen; and what ends or begins an escape. */
const UNPRINTABLE = /["\\\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * A name from outside, in quotes, for a message or a log line: names of accounts are data, and a line has to stay one
 * line with its words in their order, whoever chose the name. Escaped as in JSON, and shortened.
 */
export function printedName(name: string): string {
  // No letter is more than two units long.
  const letters = Array.from(name.slice(0, 2 * MAX_LETTERS));
  const isWhole = name.length <= 2 * MAX_LETTERS && letters.length <= MAX_LETTERS;
  const shown = letters.slice(0, MAX_LETTERS).join('');
  return `"${shown.replace(UNPRINTABLE, escaped)}${isWhole ? '' : '…'}"`;
}

function escaped(letter: string): string {
  const short = JSON.stringify(letter).slice(1, -1);
  if (short !== letter) return short;
  return Array.from({ length: letter.length }, (_unit, at) => unit(letter.charCodeAt(at))).join('');
}

const unit = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`;
