import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../test/fixtures/fleet-replica.mjs', import.meta.url));

/** Replicas in separate processes, which call the service continuously. */
export class Replicas {
  #all = [];
  #environment;
  #onEvent;

  /** `onEvent` receives the name of a replica and the type of its token event. */
  constructor(environment, onEvent = () => {}) {
    this.#environment = environment;
    this.#onEvent = onEvent;
  }

  async start(name) {
    const { PATH = '' } = process.env;
    const env = { PATH, CONTA_SIMPLES_USER_AGENT: name, ...this.#environment };
    const child = fork(SCRIPT, { env });
    child.on('message', (message) => message.name === 'event' && this.#onEvent(name, message.type));
    await until(child, ({ name: kind }) => kind === 'ready');
    this.#all.push({ name, child });
  }

  /** Makes all replicas call the service from now on. */
  call() {
    for (const { child } of this.#all) child.send({ command: 'load' });
  }

  /** Ends a replica like a power failure. */
  async kill(name) {
    const index = this.#all.findIndex((replica) => replica.name === name);
    const [{ child }] = this.#all.splice(index, 1);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends the calls and the replicas; returns the number of calls and the failures. */
  async finish() {
    const reports = await Promise.all(this.#all.map(({ child }) => rest(child)));
    const ended = this.#all.map(({ child }) => once(child, 'exit'));
    for (const { child } of this.#all) child.disconnect();
    await Promise.all(ended);
    this.#all = [];
    return {
      calls: reports.reduce((sum, { calls }) => sum + calls, 0),
      failed: reports.reduce((sum, { failures }) => sum + Object.values(failures).reduce((a, b) => a + b, 0), 0),
      kinds: [...new Set(reports.flatMap(({ failures }) => Object.keys(failures)))],
      longestMs: Math.max(...reports.map(({ longestMs }) => longestMs)),
    };
  }
}

function rest(child) {
  child.send({ id: 'rest', command: 'rest' });
  return until(child, ({ id }) => id === 'rest');
}

function until(child, isIt) {
  return new Promise((resolve, reject) => {
    const end = (code) => reject(new Error(`A replica ended with ${code}`));
    const onMessage = (message) => {
      if (!isIt(message)) return;
      child.off('message', onMessage);
      child.off('exit', end);
      resolve(message);
    };
    child.on('message', onMessage);
    child.once('exit', end);
  });
}
