import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Starts a tunnelling proxy in a separate process. */
export async function startProxy() {
  const child = fork(new URL('./proxy-process.mjs', import.meta.url));
  const [{ port }] = await once(child, 'message');
  return {
    port,
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
