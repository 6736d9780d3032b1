import { STATUS_CODES } from 'node:http';
import type { Reply } from './reply.js';

/** Status line and headers as bytes, for answers that node:http would refuse to send the way a fault wants them. */
export function serializeHead(reply: Reply): Buffer {
  const lines = Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n${lines.join('')}\r\n`, 'latin1');
}

export function serializeReply(reply: Reply): Buffer {
  return Buffer.concat([serializeHead(reply), reply.body]);
}
