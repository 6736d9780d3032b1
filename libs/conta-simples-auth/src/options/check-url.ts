import { isIP } from 'node:net';
import { unusualCharacter } from '../accounts/unusual-character.js';
import type { ProblemCode, Problems } from './problems.js';

export type UrlCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly problem: string; readonly code: ProblemCode };

/** An address that credentials or tokens may go to: https, or http to this machine. */
export function checkTrustedUrl(text: unknown): UrlCheck {
  if (typeof text !== 'string') return refused('must be a string');
  if (text.trim() === '') return refused('is blank', 'blank');
  const unusual = unusualCharacter(text);
  if (unusual !== undefined) return refused(unusual, 'characters');
  if (text !== text.trim()) return refused('has whitespace at its start or end', 'whitespace');
  // The parser drops line breaks and tabs, and would read an address that nobody sees.
  if (/[\s\p{Cc}]/u.test(text)) return refused('contains whitespace or a control character');
  if (/^["'`]|["'`]$/.test(text)) return refused('has quotation marks around it: remove them');
  if (!URL.canParse(text)) return refused('is not an absolute URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused('must start with https://', 'insecure_url');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const what = 'must be https: plain http is for loopback addresses (127.0.0.0/8, ::1, localhost) alone';
    return refused(what, 'insecure_url');
  }
  if (url.username !== '' || url.password !== '') return refused('must not hold a user name or password');
  // Not url.search and url.hash: both are '' for a bare '?' or '#', which would swallow a path appended later.
  if (/[?#]/.test(text)) return refused('must not have a query or fragment');
  return { ok: true, url };
}

/** As {@link checkTrustedUrl}, and nothing after host and port. */
function checkTrustedOrigin(text: unknown): UrlCheck {
  const check = checkTrustedUrl(text);
  if (check.ok && check.url.pathname !== '/') return refused('must be an origin alone, without a path');
  return check;
}

/** The origins of a list, with every entry that is none told as a problem of `setting`. */
export function collectOrigins(list: unknown, setting: string, problems: Problems): Set<string> {
  const origins = new Set<string>();
  if (!Array.isArray(list)) {
    problems.add(setting, 'must be an array of origins');
    return origins;
  }
  for (const [index, entry] of list.entries()) {
    const check = checkTrustedOrigin(entry);
    if (check.ok) origins.add(check.url.origin);
    else problems.add(`${setting}[${index}]`, check.problem, check.code);
  }
  return origins;
}

/** The URL parser has already put every spelling of an IPv4 address into its dotted form. */
function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}

function refused(problem: string, code: ProblemCode = 'invalid_url'): UrlCheck {
  return { ok: false, problem, code };
}
