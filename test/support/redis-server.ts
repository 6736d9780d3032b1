import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** Whether this machine has a Redis server; where it has not, tests say so loudly and are skipped, but not in CI. */
export const hasRedis = lookForRedis();

function lookForRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error('CI needs redis-server: apt-get install redis-server');
    console.warn(
      'No redis-server on this machine: the tests of the shared store are SKIPPED (apt-get install redis-server)',
    );
    return false;
  }
}

/** A real Redis server on a free port, to be killed, stopped, filled and restarted at will. */
export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-'));
  #process: ChildProcess;

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.#process = this.#spawn(settings);
  }

  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.#ready();
    return server;
  }

  /** One that belongs to no cluster yet, and serves no key until it does. */
  static async startClusterNode(): Promise<RedisServer> {
    const busPort = String(await freePort());
    return RedisServer.start('--cluster-enabled', 'yes', '--cluster-port', busPort, '--cluster-node-timeout', '15000');
  }

  /** Sends a command the way a person at a prompt would, and returns what is printed. */
  cli(...command: string[]): string {
    return execFileSync('redis-cli', ['-p', String(this.port), ...command], { encoding: 'utf8' }).trim();
  }

  /** Resolves once a command is answered with this; it has more than ten seconds for that. */
  async answers(word: string, command: readonly string[] = ['get', 'anything']): Promise<void> {
    for (let tries = 0; !this.#tryCli(command).includes(word); tries++) {
      if (tries === 400) throw new Error(`redis-server never said ${word}`);
      await passes(25);
    }
  }

  /** Everything that is stored, key by key. */
  dump(): Record<string, string> {
    const keys = this.cli('keys', '*').split('\n').filter(Boolean);
    return Object.fromEntries(keys.map((key) => [key, this.cli('get', key)]));
  }

  /** Stands still without closing a connection, as a machine out of memory does. */
  hang(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  async restart(...settings: string[]): Promise<void> {
    this.#process = this.#spawn(settings);
    await this.#ready();
  }

  /** Does not wait until it has read what it had saved. */
  restartLoading(...settings: string[]): void {
    this.#process = this.#spawn(settings);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.resume();
      await this.kill();
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Also where it cannot be reached. */
  #tryCli(command: readonly string[]): string {
    return spawnSync('redis-cli', ['-p', String(this.port), ...command], { encoding: 'utf8' }).stdout;
  }

  #spawn(settings: readonly string[]): ChildProcess {
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--dir', this.#folder];
    return spawn('redis-server', [...fixed, ...settings], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** The line it prints when it takes connections. */
  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      let seen = '';
      this.#process.stdout?.on('data', (chunk) => {
        seen += String(chunk);
        if (seen.includes('Ready to accept connections')) resolve();
      });
      this.#process.once('exit', () => reject(new Error(`redis-server ended: ${seen}`)));
    });
  }
}
