import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { RedisServer } from './redis-server.js';

export const MASTER_NAME = 'mymaster';
const REPLICAS = 2;
const SENTINELS = 3;

/** One master, two replicas, and three sentinels that put one of these in its place. */
export class RedisSentinel {
  readonly servers: readonly RedisServer[];
  readonly ports: readonly number[];
  readonly #folder: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(servers: readonly RedisServer[], ports: readonly number[], masterPort: number) {
    this.servers = servers;
    this.ports = ports;
    this.#folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
    this.#processes = ports.map((port) => this.#spawn(port, masterPort));
  }

  static async start(): Promise<RedisSentinel> {
    const master = await RedisServer.start('--repl-diskless-sync-delay', '0');
    const asReplica = ['--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0'];
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => RedisServer.start(...asReplica)));
    for (const replica of replicas) await replica.answers('master_link_status:up', ['info', 'replication']);
    const ports: number[] = [];
    for (let count = 0; count < SENTINELS; count++) ports.push(await freePort());
    const started = new RedisSentinel([master, ...replicas], ports, master.port);
    for (const port of ports) {
      await master.answers('OK 3 usable', ['-p', String(port), 'sentinel', 'ckquorum', MASTER_NAME]);
      await master.answers(`num-slaves\n${REPLICAS}`, ['-p', String(port), 'sentinel', 'master', MASTER_NAME]);
    }
    return started;
  }

  /** The server that the sentinels call the master. */
  get master(): RedisServer {
    const [first] = this.servers;
    const port = first
      ?.cli('-p', String(this.ports[0]), 'sentinel', 'get-master-addr-by-name', MASTER_NAME)
      .split('\n')[1];
    const found = this.servers.find((server) => String(server.port) === port);
    if (found === undefined) throw new Error('there should be a master');
    return found;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#processes.map(async (process) => {
        const ended = once(process, 'exit');
        process.kill('SIGKILL');
        await ended;
      }),
    );
    await Promise.all(this.servers.map((server) => server.close()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A sentinel keeps what it learns in its own configuration file. */
  #spawn(port: number, masterPort: number): ChildProcess {
    const file = join(this.#folder, `${port}.conf`);
    const settings = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${this.#folder}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
      `sentinel failover-timeout ${MASTER_NAME} 3000`,
    ];
    writeFileSync(file, `${settings.join('\n')}\n`);
    return spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  }
}
