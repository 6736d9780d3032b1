import Stream from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot } from '@support/boot.js';
import { bootClients, closeClients, GUARDED, PLAIN } from './clients.js';
import { UploadServer } from './upload-server.js';

afterEach(closeClients);

/** As those of the package `through`: no `read()`, and what is written is passed on at once unless it is paused. */
class Through extends Stream {
  readonly readable = true;
  readonly #waiting: (string | null)[] = [];
  #isPaused = false;

  write(text: string | null): void {
    this.#waiting.push(text);
    this.#drain();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#drain();
  }

  #drain(): void {
    while (!this.#isPaused && this.#waiting.length > 0) {
      const text = this.#waiting.shift();
      if (text === null) this.emit('end');
      else this.emit('data', text);
    }
  }
}

function writing(parts: number): Through {
  const through = new Through();
  process.nextTick(() => {
    for (let part = 0; part < parts; part++) through.write(`${part}`.padEnd(1_000, '.'));
    through.write(null);
  });
  return through;
}

describe('a stream that starts without a reader', () => {
  it.each([PLAIN, ...GUARDED] as const)('arrives whole, sent by %s', async (name) => {
    const server = await UploadServer.start();
    const { clients } = await bootClients(server.origin);
    await clients[name].post(`${server.origin}/up`, writing(200));
    expect(server.uploads.map(({ length }) => length)).toEqual([200_000]);
  });

  it('arrives whole where the token is awaited first', async () => {
    const server = await UploadServer.start();
    const { http, emulator } = await boot({ options: { origins: [server.origin], bootstrap: 'lazy' } });
    emulator.fail('token', { delayMs: 100 });
    await http.axiosRef.post(`${server.origin}/up`, writing(200));
    expect(server.uploads.map(({ length }) => length)).toEqual([200_000]);
  });
});
