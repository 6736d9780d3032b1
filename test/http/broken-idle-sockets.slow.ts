import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';
import { setTimeout as passes } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers, type Listening, listen } from '@support/listen.js';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

/** The service, and the address of this server among its origins. */
async function clientOf({ port }: Listening) {
  const origin = `http://127.0.0.1:${port}`;
  const { http } = await boot({ options: { origins: [origin] } });
  return { http: http.axiosRef, origin };
}

/** A server that ends no connection by itself, and sends these headers. */
async function keeping(headers: Record<string, string>) {
  const server = createServer({ keepAliveTimeout: 0 }, (_request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end('{}');
  });
  const listening = await listen(server);
  return { listening, ...(await clientOf(listening)) };
}

describe('a connection that is idle', () => {
  it('is closed a second before the time that the server names', async () => {
    const hints = ['timeout=2', 'max=100, timeout=2', 'timeout=2, max=100', 'Timeout=2', 'timeout="2"'];
    await Promise.all(
      hints.map(async (hint) => {
        const { listening, http, origin } = await keeping({ 'Keep-Alive': hint });
        await http.get(`${origin}/x`);
        const idleAt = performance.now();
        expect(listening.open.size).toBe(1);
        await listening.allClosed();
        // Timers of Node may fire a millisecond early.
        expect(performance.now() - idleAt).toBeGreaterThan(900);
        expect(performance.now() - idleAt).toBeLessThan(1_900);
      }),
    );
  });

  it.each<Record<string, string>>([
    { 'Keep-Alive': 'timeout=1' },
    { 'Keep-Alive': 'max=100, timeout=1' },
    { 'Keep-Alive': 'timeout=0' },
    { Connection: 'close' },
  ])('is not kept where the server says so: %j', async (headers) => {
    const { listening, http, origin } = await keeping(headers);
    for (let call = 0; call < 3; call++) await http.get(`${origin}/x`);
    expect(listening.accepted).toBe(3);
    await listening.allClosed();
  });

  it.each<Record<string, string>>([
    {},
    { 'Keep-Alive': 'timeout=60' },
    { 'Keep-Alive': 'max=100' },
    { 'Keep-Alive': 'timeout=soon' },
  ])('is used again: %j', async (headers) => {
    const { listening, http, origin } = await keeping(headers);
    for (let call = 0; call < 5; call++) await http.get(`${origin}/x`);
    expect(listening.accepted).toBe(1);
  });

  it('is used again before those that are idle for longer', async () => {
    const ports: (number | undefined)[] = [];
    const held: (() => void)[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      ports.push(request.socket.remotePort);
      if (request.url === '/held') held.push(() => response.end('{}'));
      else response.end('{}');
      if (held.length === 3) arrived();
    });
    let arrived = () => {};
    const all = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { http, origin } = await clientOf(await listen(server));
    const calls = [1, 2, 3].map(() => http.get(`${origin}/held`));
    await all;
    for (const [index, release] of held.splice(0).entries()) {
      release();
      await calls[index];
    }
    const youngest = ports[2];
    for (let call = 0; call < 4; call++) await http.get(`${origin}/x`);
    expect(ports.slice(3)).toEqual([youngest, youngest, youngest, youngest]);
  });
});

/** Longer than a connection may be idle and still count as fresh. */
const IDLE_MS = 800;

/** Answers the first request of a connection, and does this to it when the second comes. */
async function forgetting(onSecond: (socket: Socket) => void) {
  const requests: string[] = [];
  const listening = await listen(
    createNetServer((socket) => {
      let answered = 0;
      socket.on('data', (chunk) => {
        requests.push(/^\S+ \S+/.exec(chunk.toString('latin1'))?.[0] ?? '');
        if (answered++ > 0) onSecond(socket);
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}');
      });
    }),
  );
  return { listening, requests, ...(await clientOf(listening)) };
}

const BREAKS: [string, (socket: Socket) => void][] = [
  ['resets it', (socket) => socket.resetAndDestroy()],
  ['ends it', (socket) => socket.destroy()],
];

describe('a request on a connection that the server had given up while it was idle', () => {
  it.each(BREAKS)(
    'is sent again, once and on a new connection, if it changes nothing: it %s',
    async (_how, onSecond) => {
      const { http, origin, listening, requests } = await forgetting(onSecond);
      await http.get(`${origin}/first`);
      await passes(IDLE_MS);
      expect((await http.get(`${origin}/second`, { timeout: 5_000 })).status).toBe(200);
      expect(requests).toEqual(['GET /first', 'GET /second', 'GET /second']);
      expect(listening.accepted).toBe(2);
    },
  );

  it.each(['post', 'put', 'patch', 'delete'])('is never sent again if it may change something: %s', async (method) => {
    const { http, origin, requests } = await forgetting((socket) => socket.resetAndDestroy());
    await http.get(`${origin}/first`);
    await passes(IDLE_MS);
    expect(await rejection(http.request({ method, url: `${origin}/second` }))).toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toHaveLength(2);
  });

  it('is not sent again if it has a body', async () => {
    const { http, origin, requests } = await forgetting((socket) => socket.resetAndDestroy());
    await http.get(`${origin}/first`);
    await passes(IDLE_MS);
    const call = http.get(`${origin}/second`, { data: { a: 1 } });
    expect(await rejection(call)).toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toHaveLength(2);
  });

  it('is not sent again if an answer had begun', async () => {
    const { http, origin, requests } = await forgetting((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{', () => socket.resetAndDestroy());
    });
    await http.get(`${origin}/first`);
    await passes(IDLE_MS);
    expect(await rejection(http.get(`${origin}/second`))).toMatchObject({ isAxiosError: true });
    expect(requests).toHaveLength(2);
  });

  it('is not sent again if the connection was not idle: the server broke off this very request', async () => {
    const { http, origin, requests } = await forgetting((socket) => socket.resetAndDestroy());
    await http.get(`${origin}/first`);
    expect(await rejection(http.get(`${origin}/second`))).toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toEqual(['GET /first', 'GET /second']);
  });
});
