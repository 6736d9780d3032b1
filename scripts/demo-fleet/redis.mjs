import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis server for the demo, or `undefined` if the machine has no redis-server. */
export async function startRedis() {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const redis = new DemoRedis(await freePort());
  await redis.start();
  return redis;
}

class DemoRedis {
  #folder = mkdtempSync(join(tmpdir(), 'demo-fleet-'));
  #process;

  constructor(port) {
    this.port = port;
  }

  async start() {
    const settings = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--dir', this.#folder];
    const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = server;
    process.once('exit', () => server.kill('SIGKILL'));
    await new Promise((resolve, reject) => {
      server.stdout.on('data', (text) => `${text}`.includes('Ready to accept connections') && resolve());
      server.once('exit', () => reject(new Error('redis-server ended at once')));
    });
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  async close() {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
