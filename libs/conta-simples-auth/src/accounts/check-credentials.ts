import type { ClientAuthEncoding } from './credentials.js';
import { unusualCharacter } from './unusual-character.js';

/** What is wrong with one half of a pair: `what` in words that follow its name. Never quotes it. */
export interface CredentialFault {
  readonly code: 'invalid' | 'blank' | 'line_break' | 'whitespace' | 'characters';
  readonly what: string;
}

/** As {@link credentialFault}, the words alone. */
export function credentialProblem(
  part: 'apiKey' | 'apiSecret',
  value: unknown,
  encoding: ClientAuthEncoding,
): string | undefined {
  return credentialFault(part, value, encoding)?.what;
}

/** What is wrong with one half of a pair; `undefined` if nothing is. */
export function credentialFault(
  part: 'apiKey' | 'apiSecret',
  value: unknown,
  encoding: ClientAuthEncoding,
): CredentialFault | undefined {
  if (typeof value !== 'string') return { code: 'invalid', what: 'must be a string' };
  // Before all others: JavaScript counts a byte order mark as whitespace.
  const unusual = unusualCharacter(value);
  if (unusual !== undefined) return { code: 'characters', what: unusual };
  if (value.trim() === '') return { code: 'blank', what: 'is blank' };
  if (/[\r\n]/.test(value)) return { code: 'line_break', what: 'contains a line break' };
  if (value !== value.trim()) return { code: 'whitespace', what: 'has whitespace at its start or end' };
  if (/\p{Cc}/u.test(value)) return { code: 'characters', what: 'contains a control character' };
  // RFC 7617 section 2: the first colon ends the user-id, the rest would be read as the secret.
  if (part === 'apiKey' && encoding === 'plain' && value.includes(':')) {
    return { code: 'invalid', what: "contains ':', which would end the key" };
  }
  return undefined;
}

/** What a value may mean to have, and seldom does: a warning. `what` follows the name of the setting. */
export interface CredentialSuspicion {
  readonly code: 'quoted' | 'suspicious';
  readonly what: string;
}

const SUSPICIONS: readonly (readonly [RegExp, string])[] = [
  [/\\[nrt]$/, 'ends with a line break written as \\n: remove it'],
  [/^\$\{?\w+\}?$|^\{\{.*\}\}$|^<.*>$/s, 'looks like a placeholder that was not replaced'],
  [/^\{\s*".*\}$/s, 'looks like JSON: give the value alone'],
  [/^["'`]|["'`]$/, 'has a quotation mark at one end: remove it, unless it belongs to it'],
  [/^(?:undefined|null|\[object \w+\])$/, 'looks like a value that failed to arrive'],
  [/^(?:export\s+)?CONTA_SIMPLES_\w+=/, 'begins with the name of a variable: give the value alone'],
  [/\s#/, 'has " #" in it: if a comment follows, remove it (docker --env-file does not)'],
  [/\\\$/, 'has "\\$" in it: only `expandVariables` of ConfigModule takes the backslash off'],
];

/** `undefined` where there is nothing to warn of. Never quotes the value. */
export function credentialSuspicion(value: string): CredentialSuspicion | undefined {
  if (/^(["'`]).*\1$/s.test(value)) {
    return { code: 'quoted', what: 'has quotation marks around it: remove them, unless they belong to it' };
  }
  const found = SUSPICIONS.find(([pattern]) => pattern.test(value));
  return found && { code: 'suspicious', what: found[1] };
}
