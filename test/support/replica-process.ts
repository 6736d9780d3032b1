import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { bundleApplication } from './bundle-application.js';
import { emulatorEnvironment } from './child.js';

const SCRIPT = fileURLToPath(new URL('../fixtures/fleet-replica.mjs', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** When a replica had its token, by the wall clock that all processes of a machine share. */
export interface TokenReport {
  readonly fingerprint: string;
  readonly at: number;
  readonly tookMs: number;
  /** What a processor had to do for it. */
  readonly processorMs: number;
}

/** What became of the calls of a replica. */
export interface LoadReport {
  readonly calls: number;
  /** By kind of error, or by status. */
  readonly failures: Readonly<Record<string, number>>;
  readonly longestMs: number;
}

interface Message {
  readonly name: 'ready' | 'event' | 'answer';
  readonly id?: number;
  readonly type?: string;
  readonly failure?: string;
}

const running = new Set<ReplicaProcess>();

/** A replica in a separate process, which ends with this one in every case. */
export class ReplicaProcess {
  /** What it is called in the emulator's log of requests. */
  readonly userAgent: string;
  /** Types of the events of its tokens, oldest first. */
  readonly events: string[] = [];
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #watchers = new Set<() => void>();
  #commands = 0;

  constructor(script: string, number: number, environment: Record<string, string>) {
    this.userAgent = `replica/${number}`;
    const { PATH = '' } = process.env;
    const env = { PATH, CONTA_SIMPLES_USER_AGENT: this.userAgent, ...environment };
    this.#process = spawn(process.execPath, [script], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    running.add(this);
    this.#process.once('exit', () => running.delete(this));
    this.#process.on('message', (message: Message) => this.#receive(message));
  }

  /** Resolves once it runs and is connected. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#process.on('message', ({ name }: Message) => name === 'ready' && resolve());
      this.#process.once('exit', (code) => reject(new Error(`${this.userAgent} ended with ${code}`)));
    });
  }

  token(): Promise<TokenReport> {
    return this.#ask('token');
  }

  /** Starts a steady load of calls. */
  load(): Promise<unknown> {
    return this.#ask('load');
  }

  /** Ends it. */
  rest(): Promise<LoadReport> {
    return this.#ask('rest');
  }

  /** Resolves once there was an event of this type. */
  async saw(type: string): Promise<void> {
    while (!this.events.includes(type)) await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  async kill(): Promise<void> {
    if (!running.has(this)) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  #ask<T>(command: string): Promise<T> {
    const id = this.#commands++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, (message) => {
        if (message.failure === undefined) resolve(message as T);
        else reject(new Error(`${this.userAgent} failed: ${message.failure}`));
      });
      this.#process.send({ id, command });
    });
  }

  #receive(message: Message): void {
    if (message.type !== undefined) this.events.push(message.type);
    if (message.id !== undefined) this.#answers.get(message.id)?.(message);
    for (const resolve of this.#watchers) resolve();
    this.#watchers.clear();
  }
}

/** The application that the replicas run, in one file: from that it starts in a third of the time. */
export class ReplicaBundle {
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'replica.mjs');
  }

  static async write(): Promise<ReplicaBundle> {
    mkdirSync(CACHE, { recursive: true });
    const bundle = new ReplicaBundle(mkdtempSync(join(CACHE, 'replica-')));
    await bundleApplication(SCRIPT, bundle.path);
    return bundle;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

export interface ReplicaProcessOptions {
  readonly bundle: ReplicaBundle;
  readonly emulator: ContaSimplesEmulator;
  readonly redisPort: number;
  /** Further environment variables of every replica. */
  readonly environment?: Record<string, string>;
}

/** Starts so many, four at a time: each takes a processor for a quarter of a second. Resolves when all are connected. */
export async function startReplicas(size: number, options: ReplicaProcessOptions): Promise<ReplicaProcess[]> {
  const { bundle, emulator, redisPort, environment } = options;
  const replicas: ReplicaProcess[] = [];
  const startOne = async () => {
    while (replicas.length < size) {
      const replica = new ReplicaProcess(bundle.path, replicas.length, {
        ...emulatorEnvironment(emulator),
        REDIS_PORT: String(redisPort),
        ...environment,
      });
      replicas.push(replica);
      await replica.ready();
    }
  };
  await Promise.all(Array.from({ length: 4 }, startOne));
  return replicas;
}

/** For `afterEach`. */
export async function killReplicas(): Promise<void> {
  await Promise.all([...running].map((replica) => replica.kill()));
}
