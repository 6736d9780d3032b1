import { isIP } from 'node:net';
import { unusualCharacter } from '../accounts/credentials.js';
import type { ProblemCode, Problems } from './problems.js';

export type UrlCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly problem: string; readonly code: ProblemCode };

/** Checks an address that credentials or tokens may be sent to: https, or http to this machine. */
export function checkTrustedUrl(text: unknown): UrlCheck {
  if (typeof text !== 'string') return invalid('must be a string');
  if (text.trim() === '') return invalid('is blank: give an address, or leave it out', 'blank');
  const unusual = unusualCharacter(text);
  if (unusual !== undefined) return invalid(unusual, 'characters');
  if (text !== text.trim()) return invalid('has whitespace at its start or end: remove it', 'whitespace');
  // The parser drops line breaks and tabs, so it would read another address than the one shown.
  if (/[\s\p{Cc}]/u.test(text)) return invalid('contains whitespace or a control character: remove it');
  if (/^["'`]|["'`]$/.test(text)) return invalid('has quotation marks around it: remove them');
  if (!URL.canParse(text)) return invalid('is not an absolute URL, such as https://api.contasimples.com');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return invalid('must start with https://', 'insecure_url');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const what = 'must be https: plain http is allowed only for loopback addresses (127.0.0.0/8, ::1, localhost)';
    return invalid(what, 'insecure_url');
  }
  if (url.username !== '' || url.password !== '')
    return invalid('must not contain a user name or password: remove them');
  // Not url.search and url.hash: both are '' for a bare '?' or '#', after which an appended path would be lost.
  if (/[?#]/.test(text)) return invalid('must not have a query or fragment: remove it');
  return { ok: true, url };
}

/** As {@link checkTrustedUrl}, but without a path. */
function checkTrustedOrigin(text: unknown): UrlCheck {
  const check = checkTrustedUrl(text);
  if (check.ok && check.url.pathname !== '/')
    return invalid('must be an origin without a path, such as https://api.contasimples.com');
  return check;
}

/** The origins of a list. Every entry that is not an origin is reported as a problem of `setting`. */
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

/** The URL parser has already converted every spelling of an IPv4 address to its dotted form. */
function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}

function invalid(what: string, code: ProblemCode = 'invalid_url'): UrlCheck {
  return { ok: false, problem: what, code };
}
