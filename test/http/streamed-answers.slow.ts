import { once } from 'node:events';
import { createServer, IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { brotliCompressSync, constants, createBrotliCompress, createDeflate, createGzip, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { rejection } from '@support/busy-api.js';
import { CanaryScanner, printedEverywhere } from '@support/canaries.js';
import { listen } from '@support/listen.js';
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { bootClients, closeClients, GUARDED, PLAIN } from './clients.js';

afterEach(closeClients);

const CHUNK = Buffer.alloc(20_000, 'abcdefghij');
const ENCODERS = {
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createDeflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
};

/** Sends one chunk and then nothing more, compressed as its path says. */
function stall(response: ServerResponse, encoding: string): void {
  const encoder = ENCODERS[encoding as keyof typeof ENCODERS]?.();
  response.writeHead(response.statusCode, encoder && { 'content-encoding': encoding });
  const target = encoder ?? response;
  encoder?.pipe(response, { end: false });
  target.write(CHUNK);
}

/** An API: `/stall/…` stops after a chunk, `/break` breaks off, `/whole/…` is complete. */
async function start(adapter?: 'http' | 'fetch') {
  let refusals = 0;
  let refusedSocket: Socket | undefined;
  const broken: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (refusals > 0) {
      refusals--;
      refusedSocket = request.socket;
      response.statusCode = 401;
      return stall(response, 'identity');
    }
    const [, kind, encoding = 'identity'] = (request.url ?? '').split('/');
    if (kind === 'stall') stall(response, encoding);
    else if (kind === 'break') {
      broken.push(response);
      response.writeHead(200, { 'content-length': 100_000 }).write(CHUNK);
    } else if (encoding === 'gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(CHUNK));
    else if (encoding === 'br') response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(CHUNK));
    else response.writeHead(200, { 'content-type': 'text/csv', 'x-mine': '1' }).end(CHUNK);
  });
  const listening = await listen(server);
  const origin = `http://127.0.0.1:${listening.port}`;
  const refuseNext = () => {
    refusals = 1;
  };
  const breakOff = () => broken.pop()?.socket?.resetAndDestroy();
  return {
    listening,
    origin,
    refuseNext,
    refused: () => refusedSocket,
    breakOff,
    ...(await bootClients(origin, adapter)),
  };
}

async function closed(socket: Socket | undefined): Promise<void> {
  if (socket !== undefined && !socket.closed) await once(socket, 'close');
}

const STREAM = { responseType: 'stream' } as const;

function stream(client: AxiosInstance, url: string, config: AxiosRequestConfig = {}): Promise<AxiosResponse<Readable>> {
  return client.get(url, { ...STREAM, ...config });
}

/** How a reader may leave. Each returns when it has left. */
const LEAVINGS: Record<string, (data: Readable) => Promise<unknown>> = {
  'destroys it': async (data) => {
    await once(data, 'data');
    data.destroy();
  },
  'destroys it unread': async (data) => data.destroy(),
  'destroys it with an error': async (data) => {
    await once(data, 'data');
    const error = rejection(once(data, 'end'));
    data.destroy(new Error('Enough'));
    await error;
  },
  'breaks off a loop': async (data) => {
    for await (const _chunk of data) break;
  },
  'aborts a pipeline': async (data) => {
    const abort = new AbortController();
    const target = new PassThrough().resume();
    target.once('data', () => abort.abort());
    await rejection(pipeline(data, target, { signal: abort.signal }));
  },
  'has a target that fails': async (data) => {
    const target = new PassThrough().resume();
    target.once('data', () => target.destroy(new Error('Disk full')));
    await rejection(pipeline(data, target));
  },
};

describe('a streamed answer that stalls', () => {
  const cases = Object.entries(LEAVINGS).flatMap(([name, leave]) =>
    ['identity', ...(name === 'aborts a pipeline' || name === 'destroys it' ? Object.keys(ENCODERS) : [])].map(
      (encoding) => [name, encoding, leave] as const,
    ),
  );

  it.each(cases)('frees its connection, and closes, when the reader %s: %s', async (_name, encoding, leave) => {
    const { clients, listening, origin, token } = await start();
    for (const name of [PLAIN, ...GUARDED] as const) {
      const { data } = await stream(clients[name], `${origin}/stall/${encoding}`);
      const ended = new Promise((resolve) => data.once('close', resolve));
      await leave(data);
      await ended;
      await listening.allClosed();
      if (name !== PLAIN) new CanaryScanner({ token }).expectNone(printedEverywhere(data));
    }
  });

  it.each(Object.keys(ENCODERS))(
    'ends for its reader as with plain axios when a signal is aborted: %s',
    async (encoding) => {
      const { clients, listening, origin, token } = await start();
      const seen: Record<string, unknown> = {};
      for (const name of [PLAIN, ...GUARDED] as const) {
        const abort = new AbortController();
        const { data } = await stream(clients[name], `${origin}/stall/${encoding}`, { signal: abort.signal });
        const events: string[] = [];
        for (const event of ['aborted', 'end', 'close']) data.on(event, () => events.push(event));
        const failed = new Promise<Error>((resolve) => data.once('error', resolve));
        await once(data, 'data');
        abort.abort();
        const error = await failed;
        await listening.allClosed();
        seen[name] = { message: error.message, name: error.name, events: events.sort(), destroyed: data.destroyed };
        if (name !== PLAIN)
          new CanaryScanner({ token }).expectNone([...printedEverywhere(error), ...printedEverywhere(data)]);
      }
      for (const name of GUARDED) expect(seen[name]).toEqual(seen[PLAIN]);
    },
  );

  it('frees its connection through the fetch adapter when it is cancelled', async () => {
    const { clients, listening, origin } = await start('fetch');
    const { data } = await clients['an attached instance'].get<ReadableStream>(`${origin}/stall`, STREAM);
    const reader = data.getReader();
    await reader.read();
    // The built-in fetch opens another connection at once, and keeps it for 3 s.
    const [stalled] = listening.open;
    await reader.cancel();
    await closed(stalled);
  });
});

describe('a streamed answer that breaks off', () => {
  it('tells its reader as with plain axios', async () => {
    const { clients, origin, token, breakOff } = await start();
    const seen: Record<string, unknown> = {};
    for (const name of [PLAIN, ...GUARDED] as const) {
      const { data } = await stream(clients[name], `${origin}/break`);
      const events: string[] = [];
      for (const event of ['aborted', 'end', 'error', 'close']) data.on(event, () => events.push(event));
      await once(data, 'data');
      const ended = once(data, 'close').catch((error: unknown) => error);
      breakOff();
      const error = await ended;
      if (!data.closed) await new Promise((resolve) => data.once('close', resolve));
      const { aborted, complete } = data as IncomingMessage;
      seen[name] = { error, events, aborted, complete, readableAborted: data.readableAborted };
      if (name !== PLAIN)
        new CanaryScanner({ token }).expectNone([...printedEverywhere(error), ...printedEverywhere(data)]);
    }
    for (const name of GUARDED) expect(seen[name]).toEqual(seen[PLAIN]);
  });

  it.each(GUARDED)(
    'before it is read does not end the process, and is reported to a later reader: %s',
    async (name) => {
      const { clients, origin, listening, breakOff } = await start();
      const { data } = await stream(clients[name], `${origin}/break`);
      breakOff();
      await listening.allClosed();
      expect(await rejection(buffer(data))).toMatchObject({ message: expect.any(String) });
    },
  );
});

describe('a refused request whose answer is a stream that never ends', () => {
  it.each(GUARDED)('is sent again, and its connection is closed, without a limit of time: %s', async (name) => {
    const { clients, refused, origin, refuseNext } = await start();
    await clients[name].get(`${origin}/whole`);
    refuseNext();
    const { data, status } = await stream(clients[name], `${origin}/whole`);
    expect(status).toBe(200);
    expect((await buffer(data)).equals(CHUNK)).toBe(true);
    await closed(refused());
  });

  it('is sent again, and its connection is closed, through the fetch adapter', async () => {
    const { clients, refused, origin, refuseNext } = await start('fetch');
    await clients['an attached instance'].get(`${origin}/whole`);
    refuseNext();
    const { data } = await clients['an attached instance'].get<ReadableStream>(`${origin}/whole`, STREAM);
    expect((await new Response(data).text()).length).toBe(CHUNK.length);
    await closed(refused());
  });

  it('is sent again, and its connection is closed, through tokens.fetch()', async () => {
    const { refused, origin, refuseNext, tokens } = await start();
    await tokens.fetch(`${origin}/whole`).then((response) => response.text());
    refuseNext();
    const response = await tokens.fetch(`${origin}/whole`);
    expect((await response.text()).length).toBe(CHUNK.length);
    await closed(refused());
  });

  it.each(GUARDED)('has its connection closed where the body cannot be sent again: %s', async (name) => {
    const { clients, refused, origin, refuseNext } = await start();
    refuseNext();
    const error = await rejection(clients[name].post(`${origin}/whole`, Readable.from(['once']), STREAM));
    expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
    await closed(refused());
  });
});

describe('a streamed answer through the fetch adapter', () => {
  it('rejects its reader without the token when it is too large or aborted, and reads as with plain axios', async () => {
    const { clients, origin, token } = await start('fetch');
    const scanner = new CanaryScanner({ token });
    const client = clients['an attached instance'];
    for (const limit of [{ maxContentLength: 100 }, {}]) {
      const abort = new AbortController();
      const { data } = await client.get<ReadableStream>(`${origin}/stall`, {
        ...STREAM,
        ...limit,
        signal: abort.signal,
      });
      const reading = rejection(new Response(data).arrayBuffer());
      if (limit.maxContentLength === undefined) setImmediate(() => abort.abort());
      const error = await reading;
      scanner.expectNone([...printedEverywhere(error), ...printedEverywhere(data)]);
    }
    for (const mode of [undefined, 'byob'] as const) {
      const { data } = await client.get<ReadableStream<Uint8Array>>(`${origin}/whole/gzip`, STREAM);
      scanner.expectNone(printedEverywhere(data));
      const parts: Uint8Array[] = [];
      if (mode === undefined) for await (const part of data) parts.push(part);
      else {
        const reader = data.getReader({ mode });
        for (;;) {
          const { done, value } = await reader.read(new Uint8Array(7_000));
          if (done) break;
          parts.push(value);
        }
      }
      expect(Buffer.concat(parts).equals(CHUNK)).toBe(true);
    }
  });
});

describe('what is read from a streamed answer', () => {
  /** Of Node's object, what packages and applications read. */
  const described = (data: Readable) => {
    const { headers, rawHeaders, statusCode, statusMessage, httpVersion, httpVersionMajor, url, method, trailers } =
      data as IncomingMessage;
    const isMessage = data instanceof IncomingMessage;
    const { req, socket, client, connection } = data as IncomingMessage & {
      req: { path?: string; method?: string };
      client: unknown;
    };
    const { date: _date, ...others } = headers ?? {};
    return {
      isMessage,
      others,
      rawNames: rawHeaders?.filter((_header, index) => index % 2 === 0),
      ...{ statusCode, statusMessage, httpVersion, httpVersionMajor, url, method, trailers },
      request: isMessage && { path: req.path, method: req.method },
      peer: socket?.remoteAddress,
      family: socket?.remoteFamily,
      isOneSocket: socket === client && socket === connection,
      readable: data.readable,
      hasOwnVersion: Object.hasOwn(data, 'httpVersion'),
      highWaterMark: data.readableHighWaterMark,
    };
  };

  it.each(['identity', 'gzip', 'br'])('is the same as with plain axios: %s', async (encoding) => {
    const { clients, origin, token } = await start();
    const seen: Record<string, unknown> = {};
    for (const name of [PLAIN, ...GUARDED] as const) {
      const config = { headers: { 'User-Agent': 'test', Connection: 'close' } };
      const { data } = await stream(clients[name], `${origin}/whole/${encoding}?page=1`, config);
      const before = described(data);
      const bytes = await buffer(data);
      const { complete, aborted } = data as IncomingMessage;
      seen[name] = { before, bytes: bytes.equals(CHUNK), complete, aborted, ended: data.readableEnded };
      if (name !== PLAIN) new CanaryScanner({ token }).expectNone(printedEverywhere(data));
    }
    for (const name of GUARDED) expect(seen[name]).toEqual(seen[PLAIN]);
  });

  it('holds back the server as with plain axios', async () => {
    const total = 64 << 20;
    let sent = 0;
    const server = createServer((_request, response) => {
      const source = new Readable({
        read(size) {
          sent += size;
          this.push(sent > total ? null : Buffer.alloc(size));
        },
      });
      source.pipe(response);
      response.on('close', () => source.destroy());
    });
    const origin = `http://127.0.0.1:${(await listen(server)).port}`;
    const { clients } = await bootClients(origin);
    for (const name of GUARDED) {
      sent = 0;
      const { data } = await stream(clients[name], origin);
      await once(data, 'readable');
      let before = -1;
      while (before !== sent) {
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(sent).toBeLessThan(total / 2);
      data.destroy();
    }
  });
});
