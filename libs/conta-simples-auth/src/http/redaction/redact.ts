import { Buffer } from 'node:buffer';
import type { AccessToken } from '../../model/access-token.js';
import { RUN } from '../../support/shares-run.js';

const REPLACEMENT = '[redacted]';

/** Made once for a token, and only where a server's words have to be searched for it. */
const runsOf = new WeakMap<AccessToken, ReadonlySet<string>>();

/** A server's text without any part of the tokens that it was sent, however it spells them. */
export function withoutTraces(text: string, tokens: readonly AccessToken[]): string {
  let clean = text;
  for (const token of tokens) {
    let result = '';
    let end = 0;
    for (const trace of tracesOf(clean, token)) {
      result += clean.slice(end, trace.start) + REPLACEMENT;
      end = trace.end;
    }
    if (end > 0) clean = result + clean.slice(end);
  }
  return clean;
}

/** The same for bytes, in their place. */
export function blotTraces(bytes: Uint8Array, tokens: readonly AccessToken[]): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('latin1');
  for (const token of tokens) {
    for (const { start, end } of tracesOf(text, token)) buffer.fill('*', start, end);
  }
}

function* tracesOf(text: string, token: AccessToken): Generator<{ start: number; end: number }> {
  // No spelling of a token has white space in it, and most words are shorter.
  for (const { 0: word, index } of text.matchAll(/\S{12,}/g)) {
    const runs = spellings(token);
    for (let at = 0; at + RUN <= word.length; at++) {
      if (!runs.has(word.slice(at, at + RUN))) continue;
      const start = index + at;
      while (at + RUN < word.length && runs.has(word.slice(at + 1, at + 1 + RUN))) at++;
      yield { start, end: index + at + RUN };
      at += RUN - 1;
    }
  }
}

function spellings(token: AccessToken): ReadonlySet<string> {
  const known = runsOf.get(token);
  if (known !== undefined) return known;
  const { value } = token;
  // In base64, what comes before decides among three spellings.
  const encoded = ['', '.', '..'].flatMap((before) =>
    (['base64', 'base64url'] as const).map((encoding) => Buffer.from(before + value).toString(encoding)),
  );
  const percent = encodeURIComponent(value);
  const escaped = JSON.stringify(value);
  const runs = new Set<string>();
  for (const spelling of [
    value,
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    escaped,
    JSON.stringify(escaped),
    // PHP and some others escape these in JSON, too.
    escaped.replaceAll('/', '\\/'),
    value.replace(/[^\w.-]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
    value.replace(/[^\w.-]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    ...encoded,
  ]) {
    for (let at = 0; at + RUN <= spelling.length; at++) runs.add(spelling.slice(at, at + RUN));
  }
  runsOf.set(token, runs);
  return runs;
}
