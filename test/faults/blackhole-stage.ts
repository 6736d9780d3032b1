import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import type { Stage } from './row.js';

/** Forwards connections to the emulator, until its event loop is stopped: then the kernel's queue fills. */
const RELAY = `
const { parentPort, workerData } = require('node:worker_threads');
const { connect, createServer } = require('node:net');
const gate = new Int32Array(workerData.gate);
const server = createServer((socket) => {
  const upstream = connect(workerData.port, '127.0.0.1');
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
  socket.pipe(upstream).pipe(socket);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => parentPort.postMessage(server.address().port));
parentPort.on('message', () => {
  parentPort.postMessage('stopped');
  Atomics.wait(gate, 0, 0);
});
`;
/** One more than the listener's backlog: beyond it the kernel drops each SYN. */
const FILLING = 2;

/** A listener that accepts nothing and whose queue is full: packets to it vanish, as behind a firewall that drops. */
export async function blackhole(tokenTtlSeconds: number): Promise<Stage> {
  const emulator = await startContaSimplesEmulator({ tokenTtlSeconds });
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(RELAY, { eval: true, workerData: { gate: gate.buffer, port: emulator.port } });
  const [port] = (await once(worker, 'message')) as [number];
  const filling: Socket[] = [];
  const repair = () => {
    for (const socket of filling) socket.destroy();
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
  return {
    options: { baseUrl: `http://127.0.0.1:${port}` },
    arrivals: () => ({ requests: emulator.counts.token.total }),
    strike: async () => {
      worker.postMessage('stop');
      await once(worker, 'message');
      for (let count = 0; count < FILLING; count++) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        filling.push(socket);
        await once(socket, 'connect');
      }
    },
    repair,
    close: async () => {
      repair();
      await worker.terminate();
      await emulator.close();
    },
  };
}
