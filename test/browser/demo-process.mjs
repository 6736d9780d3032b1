import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Starts the built demo on a free port, without credentials: it calls the emulator. */
export async function startDemo(environment = {}) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['apps/demo/dist/main.js'], {
    cwd: ROOT,
    env: { PATH, PORT: '0', NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const note = (chunk) => {
      output += String(chunk);
      const found = /Dashboard with live tokens and simulated faults: (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.on('close', () => reject(new Error(`The demo ended without saying where it listens: ${output}`)));
  });
  return {
    url,
    pid: child.pid,
    output: () => output,
    close: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    },
  };
}
