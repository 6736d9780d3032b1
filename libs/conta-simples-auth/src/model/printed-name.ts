/** Most characters of a name that are printed: enough to recognize it, too few to fill a log. */
const MAX_CHARACTERS = 64;

/** Line ends, control and direction characters, invisible characters, and the characters of an escape sequence. */
const ESCAPED = /["\\\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * An account's name in quotes, for a message or a log line. Names may come from users, so a name must not break the line
 * or reorder its words: it is escaped as in JSON, and shortened.
 */
export function printedName(name: string): string {
  // A character has at most two UTF-16 units.
  const characters = Array.from(name.slice(0, 2 * MAX_CHARACTERS));
  const isWhole = name.length <= 2 * MAX_CHARACTERS && characters.length <= MAX_CHARACTERS;
  const shown = characters.slice(0, MAX_CHARACTERS).join('');
  return `"${shown.replace(ESCAPED, escaped)}${isWhole ? '' : '…'}"`;
}

function escaped(character: string): string {
  const short = JSON.stringify(character).slice(1, -1);
  if (short !== character) return short;
  return Array.from({ length: character.length }, (_unit, at) => unit(character.charCodeAt(at))).join('');
}

const unit = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`;
