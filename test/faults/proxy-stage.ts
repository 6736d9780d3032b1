import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '@support/free-port.js';
import { listen } from '@support/listen.js';
import { allGone, frontOptions, openFront } from './front.js';
import type { Stage } from './row.js';

/** Jest gives a file a copy of the environment: what is set here is seen by the library and by no other file. */
function setProxyVariables(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const saved: NodeJS.ProcessEnv = {};
  for (const name of Object.keys(process.env).filter((name) => /_proxy$/i.test(name))) {
    saved[name] = process.env[name];
    delete process.env[name];
  }
  Object.assign(process.env, variables);
  return saved;
}

/** What a proxy does with a request for a tunnel. */
type Behaviour = (socket: Socket) => void;

export const refusing =
  (statusLine: string): Behaviour =>
  (socket) =>
    socket.once('data', () => socket.end(`HTTP/1.1 ${statusLine}\r\nContent-Length: 0\r\n\r\n`));

/** A proxy before a front: it opens tunnels until the fault begins. Attempts are connections to the proxy. */
export function proxied(behaviour: Behaviour) {
  return async (lifeSeconds: number): Promise<Stage> => {
    const { front, proxy, become } = await openProxy(lifeSeconds);
    return {
      options: {
        ...frontOptions(front),
        proxy: `http://127.0.0.1:${proxy.port}`,
      },
      arrivals: () => ({ requests: front.requests(), attempts: proxy.accepted }),
      strike: () => become(behaviour),
      repair: () => become(undefined),
      facts: () => allGone({ allClosed: () => Promise.all([front.allClosed(), proxy.allClosed()]).then(() => {}) }),
      close: () => Promise.all([front.close(), proxy.close()]).then(() => {}),
    };
  };
}

/** The same of the environment: the fault is what the variable says, which is restored at the end. */
export function proxiedByEnvironment(broken: (closedPort: number, proxyPort: number) => string) {
  return async (lifeSeconds: number): Promise<Stage> => {
    const { front, proxy } = await openProxy(lifeSeconds);
    const closedPort = await freePort();
    const good = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const saved = setProxyVariables(good);
    return {
      options: { ...frontOptions(front), proxy: 'env' },
      arrivals: () => ({ requests: front.requests() }),
      strike: () => void setProxyVariables({ HTTPS_PROXY: broken(closedPort, proxy.port) }),
      repair: () => void setProxyVariables(good),
      facts: () => allGone({ allClosed: () => Promise.all([front.allClosed(), proxy.allClosed()]).then(() => {}) }),
      close: async () => {
        setProxyVariables(saved);
        await Promise.all([front.close(), proxy.close()]);
      },
    };
  };
}

async function openProxy(lifeSeconds: number) {
  const front = await openFront(lifeSeconds);
  let behaviour: Behaviour | undefined;
  const proxy = await listen(
    createServer((socket) => {
      if (behaviour) behaviour(socket);
      else socket.once('data', () => tunnel(socket, front.port));
    }),
  );
  const become = (next: Behaviour | undefined) => {
    behaviour = next;
  };
  return { front, proxy, become };
}

function tunnel(socket: Socket, port: number): void {
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
