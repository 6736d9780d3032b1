import { validateHeaderName, validateHeaderValue } from 'node:http';
import { types } from 'node:util';
import { assertDuration, assertInteger, assertPlainObject } from '../validation.js';
import type { Drip, Fault, FaultOptions } from './fault.js';

const FIELDS: ReadonlySet<string> = new Set([
  'status',
  'body',
  'headers',
  'contentType',
  'patch',
  'delayMs',
  'hang',
  'reset',
  'closeMidBody',
  'drip',
  'raw',
] satisfies (keyof Fault)[]);

/** Each decides how the answer leaves, so a fault can have one of them. */
const WAYS_OF_SENDING = ['hang', 'reset', 'closeMidBody', 'drip', 'raw'] as const;

/** Throws a `TypeError` that says what is wrong: a mistyped fault that does nothing would make a test pass for no reason. */
export function assertFault(value: unknown): asserts value is Fault {
  assertPlainObject(value, 'A fault');
  const fault: Fault = value;
  const given = Object.keys(value).filter((field) => value[field] !== undefined && value[field] !== false);
  const unknown = given.find((field) => !FIELDS.has(field));
  if (unknown !== undefined) {
    throw new TypeError(`A fault has no field "${unknown}": use ${[...FIELDS].join(', ')}.`);
  }
  if (given.length === 0) {
    throw new TypeError(`A fault needs at least one of ${[...FIELDS].join(', ')}.`);
  }
  const ways = WAYS_OF_SENDING.filter((way) => given.includes(way));
  if (ways.length > 1) {
    throw new TypeError(`A fault can have only one of ${WAYS_OF_SENDING.join(', ')}; it has ${ways.join(' and ')}.`);
  }
  assertAnswer(fault);
  assertSending(fault);
}

export function assertFaultOptions({ times, forMs }: FaultOptions): void {
  if (times !== undefined && times !== Number.POSITIVE_INFINITY) {
    assertInteger(times, 'times', 1, Number.MAX_SAFE_INTEGER);
  }
  if (forMs !== undefined) {
    assertDuration(forMs, 'forMs');
  }
}

function assertAnswer({ status, body, headers, contentType, patch }: Fault): void {
  if (status !== undefined) {
    assertInteger(status, 'status', 200, 599);
  }
  if (body !== undefined && typeof body !== 'string' && (typeof body !== 'object' || body === null)) {
    throw new TypeError('body must be a string, bytes or an object; write other JSON as a string.');
  }
  if (patch !== undefined) {
    assertPlainObject(patch, 'patch');
  }
  if (headers !== undefined) {
    assertPlainObject(headers, 'headers');
  }
  for (const [name, value] of Object.entries({ ...headers, ...(contentType !== undefined && { contentType }) })) {
    validateHeaderName(name);
    if (value !== null) {
      validateHeaderValue(name, String(value));
    }
  }
}

function assertSending({ delayMs, reset, raw, drip }: Fault): void {
  if (delayMs !== undefined) {
    assertDuration(delayMs, 'delayMs');
  }
  if (reset !== undefined && reset !== 'before-headers' && reset !== 'mid-body') {
    throw new TypeError("reset must be 'before-headers' or 'mid-body'.");
  }
  if (raw !== undefined && typeof raw !== 'string' && !types.isUint8Array(raw)) {
    throw new TypeError('raw must be a string or bytes.');
  }
  if (drip !== undefined) {
    assertDrip(drip);
  }
}

function assertDrip(drip: Drip): void {
  assertPlainObject(drip, 'drip');
  assertInteger(drip.chunkBytes, 'drip.chunkBytes', 1, Number.MAX_SAFE_INTEGER);
  assertDuration(drip.intervalMs, 'drip.intervalMs');
  if (drip.part !== undefined && drip.part !== 'body' && drip.part !== 'all') {
    throw new TypeError("drip.part must be 'body' or 'all'.");
  }
}
