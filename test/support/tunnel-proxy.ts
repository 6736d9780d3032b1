import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Listening, listen } from './listen.js';

/** What a proxy does with a request for a tunnel; without one it opens it. */
export type TunnelBehaviour = (socket: Socket, request: IncomingMessage) => void;

/** A proxy on this machine that opens tunnels to ports of this machine, for any name; `closeServers()` ends it. */
export class TunnelProxy {
  readonly listening: Listening;
  readonly port: number;
  /** User and password of each request for a tunnel, as they arrived; `undefined` where there were none. */
  readonly logins: (string | undefined)[] = [];
  /** Names that were asked for. */
  readonly targets: string[] = [];
  /** The next requests are for this. */
  behaviour: TunnelBehaviour | undefined;
  /** Called for each tunnel that is opened, with their number so far. */
  onTunnel: ((count: number) => void) | undefined;

  private constructor(listening: Listening) {
    this.listening = listening;
    this.port = listening.port;
  }

  /** With `login`, it answers 407 to any other; written as `user:password`. */
  static async start(login?: string): Promise<TunnelProxy> {
    const server = createServer();
    const proxy = new TunnelProxy(await listen(server));
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      const given = /^Basic (.*)$/.exec(request.headers['proxy-authorization'] ?? '')?.[1];
      const decoded = given === undefined ? undefined : Buffer.from(given, 'base64').toString();
      proxy.logins.push(decoded);
      proxy.targets.push(request.url ?? '');
      socket.on('error', () => {});
      // Left half open otherwise, like each socket of an HTTP server.
      socket.on('end', () => socket.end());
      if (proxy.behaviour) {
        // One that is not read would not notice that the client has gone.
        socket.resume();
        proxy.behaviour(socket, request);
      } else if (login !== undefined && decoded !== login) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      } else {
        openTunnel(socket, Number(request.url?.split(':').pop()));
        proxy.onTunnel?.(proxy.targets.length);
      }
    });
    return proxy;
  }
}

function openTunnel(socket: Socket, port: number): void {
  const upstream = connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.pipe(upstream).pipe(socket);
  });
  upstream.on('error', () => socket.destroy());
  // The client may have left before there was anything to pipe.
  socket.on('close', () => upstream.destroy());
  // A pipe whose end has closed reads no further, and would not notice that the client has gone.
  upstream.on('close', () => socket.resume());
}
