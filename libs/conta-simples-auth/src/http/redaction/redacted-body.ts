import { types } from 'node:util';
import type { AccessToken } from '../../model/access-token.js';
import { blotTraces, withoutTraces } from './redact.js';

/**
 * A value without any part of the tokens. Text is replaced; bytes, arrays, plain objects and errors are changed in place,
 * and copied only where that is impossible. Objects of other classes are left as they are, and so are those in `seen`.
 */
export function redacted(value: unknown, tokens: readonly AccessToken[], seen = new Set<unknown>()): unknown {
  if (typeof value === 'string') return withoutTraces(value, tokens);
  if (typeof value !== 'object' || value === null || seen.has(value)) return value;
  seen.add(value);
  if (value instanceof Uint8Array) blotTraces(value, tokens);
  else if (types.isAnyArrayBuffer(value)) blotTraces(new Uint8Array(value), tokens);
  else if (isPlain(value)) return withRedactedProperties(value, tokens, seen);
  return value;
}

/** A Blob and a form cannot be changed: what is returned is another one. Other values are returned as they are. */
export async function redactedFile(value: unknown, tokens: readonly AccessToken[]): Promise<unknown> {
  if (tokens.length === 0) return value;
  if (value instanceof Blob) {
    const bytes = await value.arrayBuffer();
    redacted(bytes, tokens);
    return new Blob([bytes], { type: value.type });
  }
  if (!(value instanceof FormData)) return value;
  const form = new FormData();
  for (const [name, part] of value) {
    if (typeof part === 'string') form.append(withoutTraces(name, tokens), withoutTraces(part, tokens));
    else form.append(withoutTraces(name, tokens), (await redactedFile(part, tokens)) as Blob, part.name);
  }
  return form;
}

/** `AxiosHeaders`, of either build of axios, has headers as properties and nothing else. */
function isPlain(value: object): boolean {
  if (Array.isArray(value) || types.isNativeError(value) || value instanceof Error) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // By the name: an object of another realm, as in a test runner, has another `Object`.
  return prototype === null || ['Object', 'AxiosHeaders'].includes(value.constructor?.name);
}

function withRedactedProperties(value: object, tokens: readonly AccessToken[], seen: Set<unknown>): object {
  const changes: Record<PropertyKey, PropertyDescriptor> = {};
  const removed: string[] = [];
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    // In newer versions of Node the stack of an error is an accessor.
    const isData = descriptor !== undefined && 'value' in descriptor;
    if (descriptor === undefined || (!isData && key !== 'stack')) continue;
    const before: unknown = isData ? descriptor.value : Reflect.get(value, key);
    const after = redacted(before, tokens, seen);
    const name = typeof key === 'string' && !Array.isArray(value) ? withoutTraces(key, tokens) : key;
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

/** For frozen objects, and for errors of axios, which keep the stack of their cause in a property that cannot be changed. */
function copyWith(value: object, changes: Record<PropertyKey, PropertyDescriptor>, removed: string[]): object {
  const descriptors = { ...Object.getOwnPropertyDescriptors(value), ...changes };
  for (const name of removed) Reflect.deleteProperty(descriptors, name);
  const copy = types.isNativeError(value) ? new Error() : Array.isArray(value) ? [] : {};
  return Object.defineProperties(Object.setPrototypeOf(copy, Object.getPrototypeOf(value)), descriptors);
}
