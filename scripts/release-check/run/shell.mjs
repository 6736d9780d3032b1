import { basename } from 'node:path';
import { killGroup, startChild } from './children.mjs';
import { toolEnvironment } from './environment.mjs';

const TIMEOUT_MS = 180_000;
const TAIL_LINES = 40;

/** Runs commands for one check within the shared slots, and sums their duration. */
export class Shell {
  busyMs = 0;
  #slots;

  constructor(slots) {
    this.#slots = slots;
  }

  /** Any work that loads the machine. */
  busy(work) {
    return this.#slots.use(async () => {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        this.busyMs += performance.now() - startedAt;
      }
    });
  }

  /** Returns the command's stdout. Throws with the end of its output unless it exits with 0. */
  async run(command, args, options = {}) {
    const { code, stdout, output } = await this.attempt(command, args, options);
    if (code === 0) return stdout;
    throw new Error(`${basename(command)} ${args.join(' ')}: exit code ${code}\n${tail(output)}`);
  }

  attempt(command, args, { cwd, env = toolEnvironment(), timeoutMs = TIMEOUT_MS } = {}) {
    return this.busy(() => {
      const child = startChild(command, args, { cwd, env });
      return finished(child, timeoutMs);
    });
  }
}

async function finished(child, timeoutMs) {
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const timer = setTimeout(() => {
    output += `\nstopped after ${timeoutMs / 1_000} s`;
    killGroup(child);
  }, timeoutMs);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, stdout, output };
  } finally {
    clearTimeout(timer);
  }
}

export function tail(text, lines = TAIL_LINES) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
