import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import type { Exchange } from '../http/exchange.js';
import { apiError, jsonReply, type Reply, reply, serializeHead } from '../http/reply.js';
import type { Drip, Fault } from './fault.js';

/** The answer that a fault defines, or `undefined` if the service answers. */
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

/** Merges `patch` into an answer with a JSON object; any other answer is unchanged. */
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

/** Time for the client to read what was sent: the RST discards data that is still unread. */
const BEFORE_RESET_MS = 20;

/** Sends an answer as the fault defines. Calls `settle` once, right before the last bytes are sent. */
export async function deliver(
  exchange: Exchange,
  answer: Reply,
  fault: Fault,
  settle: (status?: number) => void,
): Promise<void> {
  const { socket } = exchange;
  if (fault.reset === 'before-headers') {
    settle();
    exchange.reset();
  } else if (fault.raw !== undefined) {
    settle();
    socket.end(typeof fault.raw === 'string' ? Buffer.from(fault.raw, 'latin1') : fault.raw);
  } else if (fault.reset === 'mid-body') {
    settle(answer.status);
    socket.write(firstHalf(answer));
    await sleep(BEFORE_RESET_MS, undefined, { signal: exchange.gone });
    exchange.reset();
  } else if (fault.closeMidBody) {
    settle(answer.status);
    socket.end(firstHalf(answer));
  } else if (fault.drip !== undefined) {
    await dripReply(exchange, answer, fault.drip, settle);
  } else {
    settle(answer.status);
    exchange.send(answer);
  }
}

function firstHalf(answer: Reply): Buffer {
  const half = Math.floor(answer.body.length / 2);
  // Announces at least one byte that is never sent, so that an empty body is incomplete too.
  const announced = Math.max(answer.body.length, half + 1);
  const head = serializeHead({ ...answer, headers: { ...answer.headers, 'content-length': `${announced}` } });
  return Buffer.concat([head, answer.body.subarray(0, half)]);
}

async function dripReply(
  exchange: Exchange,
  answer: Reply,
  { chunkBytes, intervalMs, part = 'body', endless = false }: Drip,
  settle: (status?: number) => void,
): Promise<void> {
  const { 'content-length': length, ...others } = answer.headers;
  const headers = {
    ...others,
    ...(length !== undefined && !endless && { 'content-length': length }),
    connection: 'close',
  };
  const head = serializeHead({ ...answer, headers });
  if (part === 'body') {
    exchange.socket.write(head);
  }
  let rest = part === 'all' ? Buffer.concat([head, answer.body]) : answer.body;
  while (rest.length > chunkBytes || endless) {
    if (!exchange.socket.write(rest.subarray(0, chunkBytes))) {
      await once(exchange.socket, 'drain', { signal: exchange.gone });
    }
    rest = rest.subarray(chunkBytes);
    if (rest.length === 0) {
      rest = answer.body.length > 0 ? answer.body : Buffer.from(' ');
    }
    await sleep(intervalMs, undefined, { signal: exchange.gone });
  }
  settle(answer.status);
  exchange.socket.end(rest);
}
