import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';

/** Whether a program is installed; where it is not, tests say so loudly and are skipped, but not in CI. */
export function hasProgram(name: string, versionFlag: string): boolean {
  try {
    execFileSync(name, [versionFlag], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error(`CI needs ${name}: apt-get install ${name}`);
    console.warn(`No ${name} on this machine: its tests are SKIPPED (apt-get install ${name})`);
    return false;
  }
}

const running = new Set<ServerProcess>();

/** A server program with its own folder for its files; `closeProcesses()` ends it. */
export class ServerProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'field-'));
  #process: ChildProcess | undefined;
  #output = '';

  constructor() {
    // Some drop their rights, and have to write there still.
    chmodSync(this.folder, 0o777);
    running.add(this);
  }

  /** Writes a file for the program and gives its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o644 });
    return path;
  }

  /** Resolves once the program takes connections on this port. */
  async start(program: string, args: readonly string[], port: number): Promise<void> {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += String(chunk);
      });
    }
    for (let tries = 0; !(await takesConnections(port)); tries++) {
      if (child.exitCode !== null || tries === 400) throw new Error(`${program} did not start: ${this.#output}`);
      await passes(25);
    }
  }

  async close(): Promise<void> {
    running.delete(this);
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** For `afterEach` or `afterAll`. */
export async function closeProcesses(): Promise<void> {
  await Promise.all([...running].map((server) => server.close()));
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
