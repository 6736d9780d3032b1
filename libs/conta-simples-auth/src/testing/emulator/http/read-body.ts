import type { IncomingMessage } from 'node:http';

/** Beyond this an upload is no longer drained: the answer goes out and the connection is closed. */
const DRAIN_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * The body as bytes, or `undefined` once it exceeds `limitBytes`. What exceeds the limit is still read, and thrown away:
 * answering 413 in the middle of an upload would reach most clients as a connection reset.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) {
      reject(new Error('The client went away before its request was read'));
      return;
    }
    const chunks: Buffer[] = [];
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= limitBytes) {
        chunks.push(chunk);
      } else if (received > DRAIN_LIMIT_BYTES) {
        resolve(undefined);
      }
    });
    request.once('end', () => resolve(received > limitBytes ? undefined : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The client went away before its request was complete')));
  });
}
