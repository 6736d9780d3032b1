import { spawn } from 'node:child_process';

const children = new Set();

/** Starts a process in a group of its own, so that ending it ends whatever it started too. */
export function startChild(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Ends a process with all that it started. */
export function killGroup(child) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Nothing outlives the check, however it ends. */
export function killAllAtExit() {
  process.once('exit', () => {
    for (const child of children) killGroup(child);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
}
