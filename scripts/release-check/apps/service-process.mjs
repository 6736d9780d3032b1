import { killGroup, startChild } from '../run/children.mjs';
import { applicationEnvironment } from '../run/environment.mjs';
import { tail } from '../run/shell.mjs';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;

/** A process that announces on stdout that it is ready, and ends at SIGTERM. */
export class ServiceProcess {
  #child;
  #output = '';
  #ended;

  constructor(node, args, { cwd, variables = {} }) {
    this.#child = startChild(node, args, { cwd, env: applicationEnvironment(variables) });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ error }));
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += chunk;
      });
    }
  }

  /** Resolves with the first group of `pattern` when the process has written it. */
  announced(pattern) {
    const written = new Promise((resolve) => {
      const check = () => {
        const found = pattern.exec(this.#output)?.[1];
        if (found !== undefined) resolve(found);
      };
      this.#child.stdout.on('data', check);
      check();
    });
    const ended = this.#ended.then((how) => this.#fail(`ended before it served (${JSON.stringify(how)})`));
    return within(START_TIMEOUT_MS, Promise.race([written, ended]), () => this.#fail('does not serve'));
  }

  /** Milliseconds from SIGTERM to an exit with code 0. */
  async terminate() {
    const startedAt = performance.now();
    this.#child.kill('SIGTERM');
    const how = await within(STOP_TIMEOUT_MS, this.#ended, () => this.#fail('does not end at SIGTERM'));
    if (how.code !== 0) this.#fail(`ended with ${JSON.stringify(how)}, not with code 0`);
    return Math.round(performance.now() - startedAt);
  }

  /** Ends the process in any state. */
  dispose() {
    killGroup(this.#child);
  }

  #fail(what) {
    throw new Error(`${this.#child.spawnargs.join(' ')} ${what}\n${tail(this.#output)}`);
  }
}

async function within(milliseconds, promise, onTimeout) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    return await Promise.race([promise, late.then(onTimeout)]);
  } finally {
    clearTimeout(timer);
  }
}
