import type { RequestTarget } from '../requests/request-target.js';

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
