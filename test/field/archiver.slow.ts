import { createHash } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, expect } from '@jest/globals';
import { rejection } from '@support/busy-api.js';
import { CanaryScanner, printedEverywhere } from '@support/canaries.js';
import archiver from 'archiver';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { bootClients, closeClients, GUARDED } from '../http/clients.js';
import { UploadServer } from '../http/upload-server.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

afterEach(closeClients);

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_unused, index) => (index * 31 + (index >> 7)) & 0xff));

/** Not finalized: it waits for the rest of its entries. */
function open(format: 'zip' | 'tar' = 'zip') {
  const archive = archiver(format);
  // As an application would do; an archive that is not taken reports it here, too.
  archive.on('warning', () => {});
  return archive.append(CONTENT, { name: 'statement.csv', date: new Date(1_700_000_000_000) });
}

function whole(format?: 'zip' | 'tar'): Readable {
  const archive = open(format);
  void archive.finalize();
  return archive;
}

async function digestOf(source: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source.pipe(new PassThrough())) hash.update(chunk);
  return hash.digest('hex');
}

worksBeside({ name: 'archiver', version: packageVersion('archiver') }, (step) => {
  step('an archive arrives byte for byte, and refers to nothing with the token', async () => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    const scanner = new CanaryScanner({ token });
    for (const format of ['zip', 'tar'] as const) {
      const expected = await digestOf(whole(format));
      for (const name of GUARDED) {
        const body = whole(format);
        const sending = clients[name].post(`${server.origin}/take`, body);
        await new Promise(setImmediate);
        scanner.expectNone(printedEverywhere(body));
        await sending;
        expect(server.uploads.at(-1)?.digest).toBe(expected);
        scanner.expectNone(printedEverywhere(body));
      }
    }
  });

  step('neither error nor archive refers to the token after a 413 at once', async () => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    for (const name of GUARDED) {
      const body = open();
      const error = await rejection(clients[name].post(`${server.origin}/early/413`, body));
      expect(error).toMatchObject({ response: { status: 413 } });
      for (const shown of [error, body]) new CanaryScanner({ token }).expectNone(printedEverywhere(shown));
      await server.listening.allClosed();
      for (const shown of [error, body]) new CanaryScanner({ token }).expectNone(printedEverywhere(shown));
      body.abort();
    }
  });

  step('a 401 is reported as not replayable, and the next archive is sent with another token', async () => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    await clients.ContaSimplesHttpService.get(`${server.origin}/take`);
    const body = open();
    const error = await rejection(clients.ContaSimplesHttpService.post(`${server.origin}/early/401`, body));
    expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
    for (const shown of [error, body]) new CanaryScanner({ token }).expectNone(printedEverywhere(shown));
    body.abort();
    await clients.ContaSimplesHttpService.post(`${server.origin}/take`, whole());
    expect(server.uploads.at(-1)?.headers.authorization).not.toBe(`Bearer ${token}`);
  });

  step('an archive that fails rejects the call', async () => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    for (const name of GUARDED) {
      const body = open();
      const sending = rejection(clients[name].post(`${server.origin}/hold`, body));
      await server.held();
      body.emit('error', new Error('The disk is gone'));
      const error = await sending;
      expect(error).toMatchObject({ message: 'The disk is gone' });
      new CanaryScanner({ token }).expectNone(printedEverywhere(error));
      body.abort();
    }
  });
});
