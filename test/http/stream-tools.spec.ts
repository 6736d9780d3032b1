import { finished, Readable } from 'node:stream';
import { finished as finishedLater } from 'node:stream/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bootClients, closeClients, GUARDED, PLAIN } from './clients.js';
import { UploadServer } from './upload-server.js';

afterEach(closeClients);

describe.each([PLAIN, ...GUARDED] as const)("Node's tools for streams, on a streamed answer to %s", (name) => {
  async function answer(): Promise<Readable> {
    const server = await UploadServer.start();
    const { clients } = await bootClients(server.origin);
    const { data } = await clients[name].get<Readable>(server.origin, { responseType: 'stream' });
    return data;
  }

  it('finished() takes its listeners off again', async () => {
    const data = await answer();
    const leave = finished(data, () => {});
    expect(leave).not.toThrow();
    const ended = finishedLater(data, { cleanup: true });
    data.resume();
    await expect(ended).resolves.toBeUndefined();
  });

  it('Readable.toWeb() is read, and cancelled', async () => {
    const data = await answer();
    const reader = Readable.toWeb(data).getReader();
    expect((await reader.read()).done).toBe(false);
    await reader.cancel();
    expect(data.destroyed).toBe(true);
  });
});
