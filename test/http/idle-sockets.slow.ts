import { createServer, type Socket } from 'node:net';
import { setTimeout as passes } from 'node:timers/promises';
import { afterAll, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { closeServers, listen } from '@support/listen.js';

/* All tests wait at the same time; after each other, they would take 40 s. */
afterAll(async () => {
  await closeAll();
  await closeServers();
});

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}';

/** As a load balancer that forgets a connection which was idle for this long, and says so to neither side. */
function forgetsAfter(ms: number, forget: (socket: Socket) => void) {
  return createServer((socket) => {
    let idleSince = performance.now();
    socket.on('data', () => {
      if (performance.now() - idleSince >= ms) forget(socket);
      else socket.write(ANSWER);
      idleSince = performance.now();
    });
  });
}

it.concurrent.each([
  ['answers nothing any more', () => {}],
  ['resets it', (socket: Socket) => socket.resetAndDestroy()],
] as const)('no call fails through a front that forgets connections idle for 5 s, and %s', async (_how, forget) => {
  const { port } = await listen(forgetsAfter(5_000, forget));
  const origin = `http://127.0.0.1:${port}`;
  const { http } = await boot({ options: { origins: [origin] } });
  for (const idleMs of [4_900, 5_000, 5_500]) {
    await http.axiosRef.post(`${origin}/x`, {}, { timeout: 2_000 });
    await passes(idleMs);
  }
  await http.axiosRef.post(`${origin}/x`, {}, { timeout: 2_000 });
});

it.concurrent('a call that takes longer than an idle connection is kept is not cut off, nor a stream that pauses', async () => {
  const { port } = await listen(
    createServer((socket) => {
      socket.on('data', async () => {
        await passes(4_500);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{');
        await passes(4_500);
        socket.write('}');
      });
    }),
  );
  const origin = `http://127.0.0.1:${port}`;
  const { http } = await boot({ options: { origins: [origin] } });
  expect((await http.axiosRef.get(`${origin}/x`)).data).toEqual({});
});
