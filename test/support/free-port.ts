import { createServer } from 'node:net';

/** Below the ports from which a system chooses for others, by default: Linux 32768, the others 49152. */
const [FIRST, LAST] = [20_000, 32_000];
const given = new Set<number>();

/**
 * A port on which no server listens, for a program that has to be told one, or for a server that is to be missing. No
 * system gives it to a server on port 0 or to a client meanwhile, and this process gives each port once.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
