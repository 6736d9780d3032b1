import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough, Readable, Stream } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { rejection } from '@support/busy-api.js';
import { CanaryScanner, printedEverywhere } from '@support/canaries.js';
import { closeServers, listen } from '@support/listen.js';
import type { AxiosError, AxiosInstance, AxiosRequestConfig } from 'axios';
import NodeFormData from 'form-data';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { bootClients, closeClients, GUARDED, PLAIN } from './clients.js';
import { UploadServer } from './upload-server.js';

const require = createRequire(import.meta.url);
/** Version 2, as many packages bring it along: its streams are not instances of Node's. */
const { Readable: UserlandReadable, PassThrough: UserlandPassThrough } = createRequire(require.resolve('lazystream'))(
  'readable-stream',
) as { Readable: typeof Readable; PassThrough: typeof PassThrough };

const directory = mkdtempSync(join(tmpdir(), 'uploads-'));
const BYTES = Buffer.from(Array.from({ length: 150_000 }, (_unused, index) => (index * 7 + (index >> 8)) & 0xff));
const FILE = join(directory, 'a file.bin');
writeFileSync(FILE, BYTES);

afterEach(async () => {
  await closeClients();
  await closeServers();
});
afterAll(() => rmSync(directory, { recursive: true }));

function chunks(size = 30_000): Buffer[] {
  return Array.from({ length: Math.ceil(BYTES.length / size) }, (_unused, at) =>
    BYTES.subarray(at * size, (at + 1) * size),
  );
}

/** A stream from the days before `read()`: it emits, and pauses when it is asked to. */
function oldStyle(): Stream {
  const rest = chunks();
  let isPaused = false;
  const next = () => {
    if (isPaused || rest.length === 0) return;
    source.emit('data', rest.shift());
    if (rest.length === 0) source.emit('end');
    else setImmediate(next);
  };
  const source = Object.assign(new Stream(), {
    readable: true,
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      setImmediate(next);
    },
    pipe(destination: NodeJS.WritableStream, options?: { end?: boolean }) {
      setImmediate(next);
      return Stream.prototype.pipe.call(this, destination, options);
    },
  });
  return source;
}

function written<T extends NodeJS.WritableStream>(stream: T): T {
  const all = [...chunks()];
  const write = () => {
    const chunk = all.shift();
    if (chunk === undefined) stream.end();
    else stream.write(chunk, write as never);
  };
  write();
  return stream;
}

/** What another server answers, as in a proxy. */
async function answer(): Promise<IncomingMessage> {
  const { port } = await listen(createServer((_request, response) => response.end(BYTES)));
  return new Promise((resolve) => get({ port, host: '127.0.0.1', agent: false }, resolve));
}

function formWithFile(): NodeFormData {
  const form = new NodeFormData();
  form.setBoundary('the-boundary-of-this-form');
  form.append('note', 'x');
  form.append('file', createReadStream(FILE));
  return form;
}

const BODIES: Record<string, () => unknown> = {
  'Readable.from()': () => Readable.from(chunks()),
  'a Readable of strings': () => Readable.from(['äöü', 'x'.repeat(70_000)]),
  'a Readable with an encoding': () => Readable.from(chunks(), { objectMode: false }).setEncoding('hex'),
  'a file': () => createReadStream(FILE),
  'a PassThrough': () => written(new PassThrough()),
  'a gzip stream': () => createReadStream(FILE).pipe(createGzip()),
  'a Duplex': () => Duplex.from(chunks()),
  'the answer of another server': answer,
  'a userland PassThrough': () => written(new UserlandPassThrough()),
  'a userland Readable': () => {
    const rest = chunks();
    return new UserlandReadable({
      read() {
        this.push(rest.shift() ?? null);
      },
    });
  },
  'an old-style stream': oldStyle,
  'a web stream turned into a Readable': () => Readable.fromWeb(new Blob([BYTES]).stream() as never),
  'a form with a file': formWithFile,
  'an empty stream': () => Readable.from([]),
};

/** Configs with which axios puts its own streams between the body and the request. */
const CONFIGS: Record<string, AxiosRequestConfig> = {
  unchanged: {},
  'with a limit': { maxBodyLength: 10_000_000 },
  'with progress': { onUploadProgress: () => {} },
};

interface Outcome {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly message?: string;
}

async function outcomeOf(call: Promise<{ status: number }>): Promise<{ outcome: Outcome; value: unknown }> {
  try {
    const value = await call;
    return { outcome: { status: value.status }, value };
  } catch (error) {
    const { response, code, message } = error as AxiosError;
    return { outcome: { status: response?.status, code, message }, value: error };
  }
}

describe('a streamed body', () => {
  const piped = ['Readable.from()', 'a file', 'a userland PassThrough', 'a form with a file'];
  const cases = Object.entries(BODIES).flatMap(([name, make]) =>
    Object.entries(CONFIGS)
      .filter(([how]) => how === 'unchanged' || piped.includes(name))
      .map(([how, config]) => [name, how, make, config] as const),
  );

  it.each(cases)('arrives as with plain axios, and never leads to the token: %s, %s', async (_n, _h, make, config) => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    await clients[PLAIN].post(`${server.origin}/take`, await make(), config);
    const [plain] = server.uploads;
    const scanner = new CanaryScanner({ token });
    for (const name of GUARDED) {
      const body = await make();
      const sending = clients[name].post(`${server.origin}/take`, body, config);
      await turn();
      scanner.expectNone(printedEverywhere(body));
      await sending;
      scanner.expectNone(printedEverywhere(body));
      const { digest, length, headers } = server.uploads.at(-1) ?? {};
      expect({ digest, length }).toEqual({ digest: plain?.digest, length: plain?.length });
      for (const header of ['content-type', 'content-length', 'transfer-encoding']) {
        expect(headers?.[header]).toBe(plain?.headers[header]);
      }
    }
  });
});

describe('a streamed body that is not taken', () => {
  const endings: Record<string, [path: string, config: AxiosRequestConfig]> = {
    'is answered with 413 at once': ['/early/413', {}],
    'is answered with 200 at once': ['/early/200', {}],
    'is broken off': ['/reset', {}],
    'is too large': ['/take', { maxBodyLength: 100_000 }],
  };
  const read = function (this: Readable) {
    setImmediate(() => this.push(Buffer.alloc(16_384, 1)));
  };
  const endless = () => new Readable({ read });
  const endlessUserland = () => new UserlandReadable({ read });

  it.each(
    Object.entries(endings).flatMap(([name, [path, config]]) => [
      [name, 'of Node', path, config, endless] as const,
      [name, 'of a package', path, config, endlessUserland] as const,
    ]),
  )('ends as with plain axios, and never leads to the token: one that %s, %s', async (_n, _k, path, config, make) => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    const scanner = new CanaryScanner({ token });
    const seen: Record<string, unknown> = {};
    for (const name of [PLAIN, ...GUARDED] as const) {
      const body = make();
      const errors: unknown[] = [];
      body.on('error', (error) => {
        if (name !== PLAIN) scanner.expectNone(printedEverywhere(error));
        errors.push((error as Error).message);
      });
      const { outcome, value } = await outcomeOf(clients[name].post(`${server.origin}${path}`, body, config));
      await server.listening.allClosed();
      await turn();
      await turn();
      seen[name] = { ...outcome, errors, destroyed: body.destroyed, flowing: body.readableFlowing };
      if (name !== PLAIN) for (const shown of [value, body]) scanner.expectNone(printedEverywhere(shown));
      body.destroy();
    }
    for (const name of GUARDED) expect({ [name]: seen[name] }).toEqual({ [name]: seen[PLAIN] });
  });

  it.each(GUARDED)(
    'is answered with 401: it is left, its connection closed, and nothing leads to the token: %s',
    async (name) => {
      const server = await UploadServer.start();
      const { clients, token } = await bootClients(server.origin);
      const body = endless();
      const error = await rejection(clients[name].post(`${server.origin}/early/401`, body));
      expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
      await server.listening.allClosed();
      new CanaryScanner({ token }).expectNone([...printedEverywhere(body), ...printedEverywhere(error)]);
      body.destroy();
    },
  );
});

describe('a streamed body that ends early', () => {
  const endings: Record<string, (body: Readable) => void> = {
    'is destroyed': (body) => body.destroy(),
    'is destroyed with an error': (body) => body.destroy(new Error('It broke')),
  };

  it.each(Object.entries(endings))('rejects as with plain axios: one that %s', async (_name, end) => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    const outcomes: Record<string, unknown> = {};
    for (const name of [PLAIN, ...GUARDED] as const) {
      const body = new Readable({ read() {} });
      const sending = outcomeOf(clients[name].post(`${server.origin}/hold`, body));
      body.push('some');
      await server.held();
      end(body);
      const { outcome, value } = await sending;
      outcomes[name] = outcome;
      if (name !== PLAIN) new CanaryScanner({ token }).expectNone(printedEverywhere(value));
    }
    for (const name of GUARDED) expect(outcomes[name]).toEqual(outcomes[PLAIN]);
  });

  it('rejects, and does not wait for ever, if it was destroyed before', async () => {
    const server = await UploadServer.start();
    const { clients } = await bootClients(server.origin);
    const body = new Readable({ read() {} });
    body.destroy();
    const error = await rejection(clients.ContaSimplesHttpService.post(`${server.origin}/take`, body));
    expect(error).toMatchObject({ message: 'Request stream has been aborted' });
  });

  it.each(GUARDED)('rejects and does not end the process if it gives something that is no bytes: %s', async (name) => {
    const server = await UploadServer.start();
    const { clients } = await bootClients(server.origin);
    const error = await rejection(clients[name].post(`${server.origin}/take`, Readable.from([{ a: 1 }])));
    expect(error).toMatchObject({ message: expect.stringContaining('strings, Buffers or Uint8Arrays') });
  });
});

describe('a caller who leaves while a body is uploaded', () => {
  it.each(['with a signal', 'with a timeout'])('is answered as with plain axios, %s', async (how) => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    const seen: Record<string, unknown> = {};
    for (const name of [PLAIN, ...GUARDED] as const) {
      const abort = new AbortController();
      const body = new Readable({
        read() {
          setImmediate(() => this.push(Buffer.alloc(16_384, 1)));
        },
      });
      const limits = how === 'with a signal' ? { signal: abort.signal } : { timeout: 200, timeoutErrorMessage: 'late' };
      const sending = outcomeOf(clients[name].post(`${server.origin}/hold`, body, limits));
      // Reads on, and so notices that the connection is closed.
      (await server.held()).resume();
      if (how === 'with a signal') abort.abort();
      const { outcome, value } = await sending;
      await server.listening.allClosed();
      await turn();
      await turn();
      seen[name] = { ...outcome, destroyed: body.destroyed, flowing: body.readableFlowing };
      if (name !== PLAIN)
        for (const shown of [value, body]) new CanaryScanner({ token }).expectNone(printedEverywhere(shown));
      body.destroy();
    }
    for (const name of GUARDED) expect({ [name]: seen[name] }).toEqual({ [name]: seen[PLAIN] });
  });
});

describe('a server that does not read', () => {
  it.each([PLAIN, ...GUARDED] as const)('holds back the source: %s', async (name) => {
    const server = await UploadServer.start();
    const { clients } = await bootClients(server.origin);
    let read = 0;
    const total = 64 << 20;
    const body = new Readable({
      read(size) {
        read += size;
        this.push(read > total ? null : Buffer.alloc(size));
      },
    });
    const sending = (clients[name] as AxiosInstance).post(`${server.origin}/hold`, body);
    const request = await server.held();
    let before = -1;
    while (before !== read) {
      before = read;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // What the buffers of two sockets take.
    expect(read).toBeLessThan(total / 2);
    request.destroy();
    await rejection(sending);
    body.destroy();
  });
});
