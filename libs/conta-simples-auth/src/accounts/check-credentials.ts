import type { ClientAuthEncoding } from './credentials.js';

/** What is wrong with one half of a pair, in words that follow its name; `undefined` if nothing is. Never quotes it. */
export function credentialProblem(
  part: 'apiKey' | 'apiSecret',
  value: unknown,
  encoding: ClientAuthEncoding,
): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (value.trim() === '') return 'is blank';
  if (/[\r\n]/.test(value)) return 'contains a line break';
  if (value !== value.trim()) return 'has whitespace at its start or end';
  if (hasControlCharacter(value)) return 'contains a control character';
  // RFC 7617 section 2: the first colon ends the user-id, the rest would be read as the secret.
  if (part === 'apiKey' && encoding === 'plain' && value.includes(':')) return "contains ':', which would end the key";
  return undefined;
}

function hasControlCharacter(value: string): boolean {
  for (const character of value) {
    const code = character.charCodeAt(0);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
