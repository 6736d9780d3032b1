import type { AddressInfo, Server, Socket } from 'node:net';

/** A server on a free port of 127.0.0.1. `close` ends its connections too, also those that it keeps silent. */
export interface Listening {
  readonly port: number;
  /** Connections that are open now, and how many there were. */
  readonly open: ReadonlySet<Socket>;
  readonly accepted: number;
  /** Resolves when no connection is left. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

const running = new Set<Listening>();

export async function listen(server: Server): Promise<Listening> {
  const open = new Set<Socket>();
  let accepted = 0;
  let whenEmpty: (() => void)[] = [];
  server.on('connection', (socket: Socket) => {
    accepted++;
    open.add(socket);
    // A client that goes away is what many tests are about.
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      if (open.size > 0) return;
      for (const resolve of whenEmpty) resolve();
      whenEmpty = [];
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const listening: Listening = {
    port,
    open,
    get accepted() {
      return accepted;
    },
    allClosed: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => whenEmpty.push(resolve))),
    close: async () => {
      running.delete(listening);
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  running.add(listening);
  return listening;
}

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.close()));
}
