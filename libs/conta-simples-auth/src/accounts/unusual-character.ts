/** Characters that come from an editor, a document or a wrong encoding, and from no key or secret. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/[\u2018-\u201f\u00ab\u00bb\u2039\u203a\u2032\u2033\u00b4]/, 'a typographic quotation mark'],
  [/[\u2010-\u2015\u2212]/, 'a typographic dash'],
  [/\u2026/, 'an ellipsis'],
  [/[\u00a0\u202f\u2007]/, 'a no-break space'],
  [/[\u200b-\u200d\u2060]/, 'a zero-width character'],
  [/\ufeff/, 'a byte order mark'],
  // Format characters, spaces other than ASCII's, lone surrogates, private and unassigned code points; C1 controls.
  [/[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u0080-\u009f]/u, 'an invisible character'],
  [/[^\P{Zs} ]/u, 'a space that is not the usual one'],
];

/**
 * Which character a value has that no key or secret has, and where it comes from; words that follow the name of the
 * setting. `undefined` if there is none. Accented letters are none of them.
 */
export function unusualCharacter(value: string): string | undefined {
  // Read as UTF-8, UTF-16 begins with two bytes that are none, or has a zero byte after each letter.
  if (/[^\0]\0[^\0]\0/.test(value) || /^\ufffd\ufffd/.test(value)) return 'is encoded in UTF-16: save it as UTF-8';
  if (value.includes('\ufffd'))
    return 'was saved in another encoding than UTF-8 (it has bytes that are not UTF-8): save it as UTF-8';
  if (value.startsWith('\ufeff')) return 'begins with a byte order mark (BOM): save it as UTF-8 without BOM';
  for (const [pattern, name] of NAMES) {
    const [character] = pattern.exec(value) ?? [];
    if (character !== undefined) return `contains ${name} (${codePoint(character)}): enter it again as plain text`;
  }
  return undefined;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
