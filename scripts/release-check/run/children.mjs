import { spawn } from 'node:child_process';

const children = new Set();

/** Starts a process in a new group, so that ending the group also ends its children. */
export function startChild(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Ends a process and its children. */
export function killGroup(child) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

/** Ends all child processes when the check ends in any way. */
export function killAllAtExit() {
  process.once('exit', () => {
    for (const child of children) killGroup(child);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
}
