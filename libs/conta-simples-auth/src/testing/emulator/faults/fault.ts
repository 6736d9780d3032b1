import { validateHeaderName, validateHeaderValue } from 'node:http';
import { types } from 'node:util';
import type { RequestTarget } from '../requests/request-record.js';
import { assertDuration, assertInteger, assertPlainObject } from '../validation.js';

/**
 * What goes wrong with a request. The fields combine: the request is delayed, then answered with `status` and `body` (or
 * normally if neither is given), the answer is changed by `patch`, `headers` and `contentType`, and then sent.
 *
 * @example
 * emulator.fail('token', { status: 503, headers: { 'retry-after': 7 } }, { times: 2 });
 * emulator.fail('token', { patch: { expires_in: '1800' } });
 *
 * @publicApi
 */
export interface Fault {
  /** 200 to 599. Without a `body`, 400 and above get the documented error body, lower ones an empty body. */
  readonly status?: number;
  /** A string (sent as text/plain), bytes (application/octet-stream), or any other value as JSON. Status 200 if none is given. */
  readonly body?: string | Uint8Array | object;
  /** Headers to set; `null` removes a header, also `date` and `content-length`. */
  readonly headers?: Readonly<Record<string, string | number | null>>;
  /** Replaces the `Content-Type` of the answer. */
  readonly contentType?: string;
  /** Merged into the JSON object of the answer, e.g. of a valid token answer; `undefined` removes a field. */
  readonly patch?: Readonly<Record<string, unknown>>;
  /** Milliseconds before the request is processed. Can be the only field. */
  readonly delayMs?: number;
  /** Never answers, until the client disconnects or the emulator closes. */
  readonly hang?: boolean;
  /** Ends the connection with a TCP RST, before the answer or in the middle of its body. */
  readonly reset?: 'before-headers' | 'mid-body';
  /** Ends the connection with a FIN after half of the body, although `content-length` announced all of it. */
  readonly closeMidBody?: boolean;
  /** Sends the answer slowly, in small chunks. */
  readonly drip?: Drip;
  /** Sends these bytes instead of an HTTP answer, then ends the connection. A string is encoded as latin1. */
  readonly raw?: string | Uint8Array;
}

/**
 * How an answer is sent in small chunks.
 *
 * @publicApi
 */
export interface Drip {
  /** 1 or more. */
  readonly chunkBytes: number;
  /** Milliseconds between two chunks. */
  readonly intervalMs: number;
  /** `'all'` drips the status line and headers too. Default: `'body'`. */
  readonly part?: 'body' | 'all';
  /** Repeats the body without end, without a content-length. Default: `false`. */
  readonly endless?: boolean;
}

/**
 * How many requests, or how long, a fault affects.
 *
 * @publicApi
 */
export interface FaultOptions {
  /** How many requests the fault affects: 1 or more, or `Infinity`. Default: 1, or `Infinity` with `forMs`. */
  readonly times?: number;
  /** Milliseconds from now after which the fault ends. Default: no end. */
  readonly forMs?: number;
}

/**
 * A scripted fault.
 *
 * @publicApi
 */
export interface FaultHandle {
  /** The requests that it affects. */
  readonly target: RequestTarget;
  /** How many more requests it will affect; 0 when used up, cancelled or timed out. */
  readonly remaining: number;
  /** How many requests it has affected. */
  readonly hits: number;
  /** Ends the fault for future requests. Can be called again. */
  cancel(): void;
}

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

/** Each of these determines how the answer is sent, so a fault can have only one. */
const DELIVERY_FIELDS = ['hang', 'reset', 'closeMidBody', 'drip', 'raw'] as const;

/** Throws a `TypeError` for an invalid fault: a mistyped fault that does nothing would let a test pass by mistake. */
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
  const delivery = DELIVERY_FIELDS.filter((field) => given.includes(field));
  if (delivery.length > 1) {
    throw new TypeError(
      `A fault can have only one of ${DELIVERY_FIELDS.join(', ')}; it has ${delivery.join(' and ')}.`,
    );
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
