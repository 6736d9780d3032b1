import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { apiError, serializeReply } from './reply.js';

/** A node:http server that closes at once, also with open connections. */
export class ListeningServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #closed: Promise<void> | undefined;

  private constructor(onRequest: RequestListener) {
    this.#server = createServer(onRequest);
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      // Each pipelined request adds a listener; more than ten are not a leak.
      socket.setMaxListeners(0);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('clientError', answerMalformedRequest);
    // Keeps keep-alive connections open during pauses of a test.
    this.#server.keepAliveTimeout = 60_000;
  }

  static async listen(host: string, port: number, onRequest: RequestListener): Promise<ListeningServer> {
    const listening = new ListeningServer(onRequest);
    await new Promise<void>((resolve, reject) => {
      listening.#server.once('error', reject);
      listening.#server.listen(port, host, () => {
        listening.#server.off('error', reject);
        resolve();
      });
    });
    // Running out of file descriptors also emits 'error': the connection is lost, the server continues.
    listening.#server.on('error', () => {});
    return listening;
  }

  get port(): number {
    return this.#address.port;
  }

  /** The URL for clients on this machine; a wildcard address is replaced by loopback. */
  get baseUrl(): string {
    const { address, family, port } = this.#address;
    const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
    return `http://${family === 'IPv6' && host === address ? `[${host}]` : host}:${port}`;
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) {
        socket.destroy();
      }
    });
    return this.#closed;
  }

  get #address(): AddressInfo {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('The emulator is closed: it has no address.');
    }
    return address;
  }
}

const HEADERS_TOO_LARGE = apiError(431, 'The request headers are too large');
const TIMED_OUT = apiError(408, 'The request was not complete in time');
const MALFORMED = apiError(400, 'The request is not valid HTTP');

/** Answers a request that Node's parser rejected (`clientError`) and closes the connection, which cannot be parsed further. */
function answerMalformedRequest(error: NodeJS.ErrnoException, socket: Socket): void {
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
