import type { Socket } from 'node:net';
import { apiError } from './api-errors.js';
import { serializeReply } from './serialize-reply.js';

const HEADERS_TOO_LARGE = apiError(431, 'The request headers are too large');
const TIMED_OUT = apiError(408, 'The request was not complete in time');
const MALFORMED = apiError(400, 'The request is not valid HTTP');

/** Answers what Node's parser refused (`clientError`), then closes: after a parse error nothing further can be trusted. */
export function refuseMalformedRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const answer = { HPE_HEADER_OVERFLOW: HEADERS_TOO_LARGE, ERR_HTTP_REQUEST_TIMEOUT: TIMED_OUT }[error.code ?? ''];
  socket.end(serializeReply(withClose(answer ?? MALFORMED)), () => socket.destroy());
}

function withClose(answer: typeof MALFORMED): typeof MALFORMED {
  return { ...answer, headers: { ...answer.headers, connection: 'close', 'content-length': `${answer.body.length}` } };
}
