import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../test/fixtures/fleet-replica.mjs', import.meta.url));

/** Replicas in processes of their own, which call the service all the time. */
export class Replicas {
  #all = [];
  #environment;
  #onEvent;

  /** `onEvent` is told the name of a replica and the type of what happened to its token. */
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

  /** Lets all of them call the service from now on. */
  call() {
    for (const { child } of this.#all) child.send({ command: 'load' });
  }

  /** As a machine that loses its power. */
  async kill(name) {
    const index = this.#all.findIndex((replica) => replica.name === name);
    const [{ child }] = this.#all.splice(index, 1);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends the calls and the replicas; tells how many calls were made and what failed. */
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
    const look = (message) => {
      if (!isIt(message)) return;
      child.off('message', look);
      child.off('exit', end);
      resolve(message);
    };
    child.on('message', look);
    child.once('exit', end);
  });
}
