import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import type { AccessToken } from '../../model/access-token.js';
import { RUN_LENGTH } from '../../support/shares-run.js';

const REPLACEMENT = '[redacted]';

/** Made once per token, and only if a server's text has to be searched for it. */
const runsOf = new WeakMap<AccessToken, ReadonlySet<string>>();

/** A text of a server without any part of the tokens that it received, in every usual encoding. */
export function redactText(text: string, tokens: readonly AccessToken[]): string {
  let clean = text;
  for (const token of tokens) {
    let result = '';
    let end = 0;
    for (const part of partsOf(token, clean)) {
      result += clean.slice(end, part.start) + REPLACEMENT;
      end = part.end;
    }
    if (end > 0) clean = result + clean.slice(end);
  }
  return clean;
}

/** Overwrites the parts with `*`, so that the length stays the same. */
function redactBytes(bytes: Uint8Array, tokens: readonly AccessToken[]): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('latin1');
  for (const token of tokens) {
    for (const { start, end } of partsOf(token, text)) buffer.fill('*', start, end);
  }
}

const LONG_WORDS = new RegExp(`\\S{${RUN_LENGTH},}`, 'g');

function* partsOf(token: AccessToken, text: string): Generator<{ start: number; end: number }> {
  // No encoding of a token contains white space, and most words are shorter.
  for (const { 0: word, index } of text.matchAll(LONG_WORDS)) {
    const runs = runsIn(token);
    for (let at = 0; at + RUN_LENGTH <= word.length; at++) {
      if (!runs.has(word.slice(at, at + RUN_LENGTH))) continue;
      const start = index + at;
      while (at + RUN_LENGTH < word.length && runs.has(word.slice(at + 1, at + 1 + RUN_LENGTH))) at++;
      yield { start, end: index + at + RUN_LENGTH };
      at += RUN_LENGTH - 1;
    }
  }
}

/** All runs of `RUN_LENGTH` characters in the encodings of a token. */
function runsIn(token: AccessToken): ReadonlySet<string> {
  const known = runsOf.get(token);
  if (known !== undefined) return known;
  const { value } = token;
  // There are three encodings in base64, depending on the length of the text before the token.
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
    // PHP and others escape slashes in JSON as well.
    escaped.replaceAll('/', '\\/'),
    value.replace(/[^\w.-]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
    value.replace(/[^\w.-]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    ...encoded,
  ]) {
    for (let at = 0; at + RUN_LENGTH <= spelling.length; at++) runs.add(spelling.slice(at, at + RUN_LENGTH));
  }
  runsOf.set(token, runs);
  return runs;
}

/**
 * A value without any part of the tokens. Text is replaced; bytes, arrays, plain objects and errors are changed in place,
 * and copied only if they cannot be changed. Objects of other classes and those in `seen` are left unchanged.
 */
export function redact(value: unknown, tokens: readonly AccessToken[], seen = new Set<unknown>()): unknown {
  if (typeof value === 'string') return redactText(value, tokens);
  if (typeof value !== 'object' || value === null || seen.has(value)) return value;
  seen.add(value);
  if (value instanceof Uint8Array) redactBytes(value, tokens);
  else if (types.isAnyArrayBuffer(value)) redactBytes(new Uint8Array(value), tokens);
  else if (isPlain(value)) return redactProperties(value, tokens, seen);
  return value;
}

/** A `Blob` and a form cannot be changed, so another one is returned. Other values are returned unchanged. */
export async function redactFile(value: unknown, tokens: readonly AccessToken[]): Promise<unknown> {
  if (tokens.length === 0) return value;
  if (value instanceof Blob) {
    const bytes = await value.arrayBuffer();
    redact(bytes, tokens);
    return new Blob([bytes], { type: value.type });
  }
  if (!(value instanceof FormData)) return value;
  const form = new FormData();
  for (const [name, part] of value) {
    if (typeof part === 'string') form.append(redactText(name, tokens), redactText(part, tokens));
    else form.append(redactText(name, tokens), (await redactFile(part, tokens)) as Blob, part.name);
  }
  return form;
}

/** `AxiosHeaders`, of either build of axios, has headers as properties and nothing else. */
function isPlain(value: object): boolean {
  if (Array.isArray(value) || types.isNativeError(value) || value instanceof Error) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // By name, because an object of another realm, as in a test runner, has another `Object`.
  return prototype === null || ['Object', 'AxiosHeaders'].includes(value.constructor?.name);
}

function redactProperties(value: object, tokens: readonly AccessToken[], seen: Set<unknown>): object {
  const changes: Record<PropertyKey, PropertyDescriptor> = {};
  const removed: string[] = [];
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    // In newer versions of Node the stack of an error is an accessor.
    const isData = descriptor !== undefined && 'value' in descriptor;
    if (descriptor === undefined || (!isData && key !== 'stack')) continue;
    const before: unknown = isData ? descriptor.value : Reflect.get(value, key);
    const after = redact(before, tokens, seen);
    const name = typeof key === 'string' && !Array.isArray(value) ? redactText(key, tokens) : key;
    if (after === before && name === key) continue;
    if (name !== key) removed.push(key as string);
    const { enumerable = false, configurable = false } = descriptor;
    changes[name] = { value: after, enumerable, configurable, writable: descriptor.writable ?? true };
  }
  if (Reflect.ownKeys(changes).length === 0) return value;
  try {
    for (const name of removed) Reflect.deleteProperty(value, name);
    return Object.defineProperties(value, changes);
  } catch {
    return copyWith(value, changes, removed);
  }
}

/** For frozen objects, and for errors of axios, which keep the stack of their cause in a read-only property. */
function copyWith(value: object, changes: Record<PropertyKey, PropertyDescriptor>, removed: string[]): object {
  const descriptors = { ...Object.getOwnPropertyDescriptors(value), ...changes };
  for (const name of removed) Reflect.deleteProperty(descriptors, name);
  const copy = types.isNativeError(value) ? new Error() : Array.isArray(value) ? [] : {};
  return Object.defineProperties(Object.setPrototypeOf(copy, Object.getPrototypeOf(value)), descriptors);
}

/**
 * Deletes from the error of an HTTP parser the bytes that it could not read, which may repeat what was sent. Node's parser
 * keeps them in `rawPacket`, the parser of the built-in `fetch` in `data`.
 */
export function dropRawBytes(error: object): void {
  const raw = error as { code?: unknown; rawPacket?: unknown; data?: unknown };
  if (typeof raw.code !== 'string' || !raw.code.startsWith('HPE_')) return;
  delete raw.rawPacket;
  delete raw.data;
}
