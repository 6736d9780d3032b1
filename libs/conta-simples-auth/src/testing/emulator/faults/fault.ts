import { validateHeaderName, validateHeaderValue } from 'node:http';
import { types } from 'node:util';
import type { RequestTarget } from '../requests/request-record.js';
import { assertDuration, assertInteger, assertPlainObject } from '../validation.js';

/**
 * What goes wrong with a request. The fields combine: the request is delayed, then answered with `status` and `body` (or as
 * always where neither is given), the answer is altered by `patch`, `headers` and `contentType`, and sent as asked.
 *
 * @example
 * emulator.fail('token', { status: 503, headers: { 'retry-after': 7 } }, { times: 2 });
 * emulator.fail('token', { patch: { expires_in: '1800' } });
 *
 * @publicApi
 */
export interface Fault {
  /** 200 to 599. Without a `body`, 400 and above get the documented error body, below that an empty one. */
  readonly status?: number;
  /** A string (sent as text/plain) or bytes (application/octet-stream) as they are; anything else as JSON. Status 200 if none is given. */
  readonly body?: string | Uint8Array | object;
  /** Over whatever the answer has; `null` removes a header, `date` and `content-length` included. */
  readonly headers?: Readonly<Record<string, string | number | null>>;
  /** In place of the answer's own `Content-Type`. */
  readonly contentType?: string;
  /** Merged into the JSON object of the answer, e.g. of a real and valid token; `undefined` removes a field. */
  readonly patch?: Readonly<Record<string, unknown>>;
  /** Milliseconds before the request is looked at. Alone, all that is wrong is the delay. */
  readonly delayMs?: number;
  /** Takes the request and never answers, until the client leaves or the emulator closes. */
  readonly hang?: boolean;
  /** Ends the connection with a TCP RST, in place of the answer or in the middle of its body. */
  readonly reset?: 'before-headers' | 'mid-body';
  /** Ends the connection with a FIN after half of the body, the length having announced the whole. */
  readonly closeMidBody?: boolean;
  /** Sends the answer a little at a time. */
  readonly drip?: Drip;
  /** These bytes in place of an HTTP answer, then the end of the connection. A string is taken as latin1. */
  readonly raw?: string | Uint8Array;
}

/**
 * How an answer is sent a little at a time.
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
  /** Starts the body over again for ever, without a content-length. Default: `false`. */
  readonly endless?: boolean;
}

/**
 * For how many requests, or for how long, a fault is there.
 *
 * @publicApi
 */
export interface FaultOptions {
  /** How many requests the fault is for: 1 or more, `Infinity` included. Default: 1, or `Infinity` with `forMs`. */
  readonly times?: number;
  /** Milliseconds from now after which the fault ends by itself. Default: no end. */
  readonly forMs?: number;
}

/**
 * A scripted fault.
 *
 * @publicApi
 */
export interface FaultHandle {
  /** The requests that it is for. */
  readonly target: RequestTarget;
  /** How many requests it will still hit; 0 once used up, cancelled or timed out. */
  readonly remaining: number;
  /** How many requests it has hit. */
  readonly hits: number;
  /** Ends the fault for requests to come. Can be called again. */
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
