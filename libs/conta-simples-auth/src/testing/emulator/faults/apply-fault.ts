import { types } from 'node:util';
import { apiError } from '../http/api-errors.js';
import { jsonReply, type Reply, reply } from '../http/reply.js';
import type { Fault } from './fault.js';

/** The answer that a fault dictates, or `undefined` if it leaves the answer to the service. */
export function scriptedReply({ status, body }: Fault, requestId: string): Reply | undefined {
  if (body !== undefined) {
    return replyWithBody(status ?? 200, body);
  }
  if (status === undefined) {
    return undefined;
  }
  if (status < 400) {
    return { status, headers: {}, body: Buffer.alloc(0) };
  }
  return apiError(status, 'Scripted fault of the emulator', status === 500 ? { requestId } : {});
}

function replyWithBody(status: number, body: string | Uint8Array | object): Reply {
  if (typeof body === 'string') {
    return reply(status, 'text/plain; charset=utf-8', Buffer.from(body));
  }
  return types.isUint8Array(body)
    ? reply(status, 'application/octet-stream', Buffer.from(body))
    : jsonReply(status, body);
}

/** Merges `patch` into the answer where that is a JSON object; any other answer stays as it is. */
export function patchReply(answer: Reply, { patch }: Fault): Reply {
  if (patch === undefined || !answer.headers['content-type']?.startsWith('application/json')) {
    return answer;
  }
  const fields: object = JSON.parse(answer.body.toString('utf8'));
  return { ...answer, body: Buffer.from(JSON.stringify({ ...fields, ...patch })) };
}

export function overrideHeaders(answer: Reply, { headers, contentType }: Fault): Reply {
  const merged = new Map(Object.entries(answer.headers));
  if (contentType !== undefined) {
    merged.set('content-type', contentType);
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === null) {
      merged.delete(name.toLowerCase());
    } else {
      merged.set(name.toLowerCase(), String(value));
    }
  }
  return { ...answer, headers: Object.fromEntries(merged) };
}
