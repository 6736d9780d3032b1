import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts the token server of one measurement.
 *
 * @param {{ lifeSeconds?: number, latencyMs?: number, outage?: boolean }} settings the lifetime of its tokens, the latency of the
 * token endpoint, and whether it answers with 503
 */
export async function startService(settings = {}) {
  const child = fork(new URL('./token-server.mjs', import.meta.url));
  const [{ ports }] = await once(child, 'message');
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, answer }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  const ask = (command, values) =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      child.send({ id, command, values });
    });
  await ask('set', settings);
  return {
    origin: `http://127.0.0.1:${ports[0]}`,
    secureOrigin: `https://127.0.0.1:${ports[1]}`,
    set: (values) => ask('set', values),
    counts: () => ask('counts'),
    revoke: () => ask('revoke'),
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
