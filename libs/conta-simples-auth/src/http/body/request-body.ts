import { isAnyArrayBuffer } from 'node:util/types';
import { isOlderKind } from './detached-body.js';
import { multipart } from './multipart.js';
import { isNodeForm, nodeFormBytes } from './node-form.js';
import { StreamedBody } from './streamed-body.js';

/** What is sent for a caller's body, once or twice. */
export interface RequestBody {
  readonly data: unknown;
  /** Set where the body has been written anew, and its content type with it. */
  readonly contentType?: string;
  /** Whether the same bytes can be sent a second time. */
  readonly isReplayable: boolean;
  /** Set where it is a stream that is still to be read. */
  readonly stream?: StreamedBody | undefined;
}

const URL_ENCODED = 'application/x-www-form-urlencoded;charset=UTF-8';

const NO_BODY: RequestBody = { data: undefined, isReplayable: true };

/** Decided before the first send: a form is written once, so that a second send has its bytes and boundary. */
export function requestBody(data: unknown): RequestBody {
  if (data === undefined) return NO_BODY;
  const isBytes = data === null || typeof data === 'string' || ArrayBuffer.isView(data) || isAnyArrayBuffer(data);
  if (isBytes || data instanceof Blob) return { data, isReplayable: true };
  if (data instanceof URLSearchParams) return { data: String(data), contentType: URL_ENCODED, isReplayable: true };
  return writtenForm(data) ?? bodyAsItIs(data);
}

/** A body that the client is given as the caller gave it. */
export function bodyAsItIs(data: unknown): RequestBody {
  // Until it is sent: a token may have to be waited for.
  if (isOlderKind(data)) data.pause?.();
  return { data, isReplayable: false, stream: StreamedBody.of(data) };
}

function writtenForm(data: unknown): RequestBody | undefined {
  if (isNodeForm(data)) {
    const form = nodeFormBytes(data);
    return form && { ...form, isReplayable: true };
  }
  const written = isForm(data) ? multipart(data) : undefined;
  return written && { data: written, contentType: written.type, isReplayable: true };
}

function isForm(data: unknown): data is Iterable<[string, unknown]> {
  return Object.prototype.toString.call(data) === '[object FormData]' && Symbol.iterator in (data as object);
}
