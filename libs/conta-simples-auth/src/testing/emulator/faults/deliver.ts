import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from '../http/exchange.js';
import type { Reply } from '../http/reply.js';
import { serializeHead } from '../http/serialize-reply.js';
import type { Drip, Fault } from './fault.js';

/** Lets the client's kernel hand over what was sent before the RST arrives, which may throw away what is still unread. */
const BEFORE_RESET_MS = 20;

/** Sends an answer the way the fault wants it. `settle` is called once, right before the last bytes leave. */
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
  // An empty body would be complete at once: at least one byte is announced that never comes.
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
