import { format, inspect } from 'node:util';
import { expect } from '@jest/globals';
import { printed } from './leaks.js';

/** So many characters in a row are no coincidence. */
const RUN = 12;

export interface Printed {
  /** By which way it came out. */
  readonly channel: string;
  readonly text: string;
}

/**
 * Looks for secrets in texts: as they are, in base64 wherever they begin in it, URL-encoded, escaped for JSON and HTML,
 * and by any twelve characters in a row of any of these. Quick enough for megabytes.
 */
export class CanaryScanner {
  readonly #runs = new Map<string, string>();
  /** A run can only be where the hash of its first four characters is in here. */
  readonly #starts = new Uint8Array(0x10000);

  /** Of each secret its name, which is what a finding says. */
  constructor(canaries: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(canaries)) this.add(name, value);
  }

  add(name: string, value: string): void {
    if (value.length < RUN) throw new RangeError(`Canary "${name}" is shorter than ${RUN} characters`);
    for (const spelling of spellings(value)) {
      for (let at = 0; at + RUN <= spelling.length; at++) {
        this.#runs.set(spelling.slice(at, at + RUN), name);
        this.#starts[hash(spelling, at)] = 1;
      }
    }
  }

  /** What was found: which secret, by which channel, and what stands before it. */
  hits({ channel, text }: Printed): string[] {
    const found: string[] = [];
    for (let at = 0; at + RUN <= text.length; at++) {
      if (this.#starts[hash(text, at)] === 0) continue;
      const name = this.#runs.get(text.slice(at, at + RUN));
      if (name === undefined) continue;
      found.push(`${name} by ${channel}: …${text.slice(Math.max(0, at - 60), at)}<${name}>`);
      at += 1_000;
    }
    return found;
  }

  expectNone(texts: Iterable<Printed>): void {
    const found: string[] = [];
    for (const text of texts) found.push(...this.hits(text));
    expect(found.slice(0, 20)).toEqual([]);
  }
}

function hash(text: string, at: number): number {
  let value = 0;
  for (let index = at; index < at + 4; index++) value = (value * 31 + text.charCodeAt(index)) & 0xffff;
  return value;
}

function spellings(value: string): string[] {
  // What comes before decides among three spellings in base64, and what begins in its middle is cut off here.
  const encoded = ['', '.', '..'].map((before) =>
    Buffer.from(before + value)
      .toString('base64')
      .slice(before.length),
  );
  const escaped = JSON.stringify(value).slice(1, -1);
  return [
    value,
    ...encoded,
    ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    encodeURIComponent(value),
    new URLSearchParams([['', value]]).toString().slice(1),
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
    inspect(value).slice(1, -1),
  ];
}

/** Every way in which a value commonly ends up in a log, and every string and byte that can be reached from it. */
export function printedEverywhere(value: unknown): Printed[] {
  return [
    ...printed(value).map((text) => ({ channel: 'printing', text })),
    { channel: 'format', text: format(value) },
    { channel: 'walking', text: [...reachable(value)].join('\n') },
  ];
}

/** As a reporter does that takes along own properties, hidden ones and causes included. */
function* reachable(value: unknown, seen = new Set<unknown>()): Generator<string> {
  if (typeof value === 'string') yield value;
  // Not into functions: from a class one gets to all the code there is.
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Uint8Array) {
    yield Buffer.from(value).toString('latin1');
    return;
  }
  if (value instanceof Map || value instanceof Set) yield* reachable([...value], seen);
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'string') yield key;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor && 'value' in descriptor) yield* reachable(writtenPart(value, key, descriptor.value), seen);
  }
}

/** The output buffer of a zlib stream is not cleared: behind what was written, it holds what the process had there before. */
function writtenPart(owner: object, key: PropertyKey, value: unknown): unknown {
  if (key !== '_outBuffer' || !(value instanceof Uint8Array) || !('_outOffset' in owner)) return value;
  return value.subarray(0, Number(owner._outOffset));
}
