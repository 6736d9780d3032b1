import { createReadStream } from 'node:fs';
import { Readable, Stream } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Booted, boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import axios, { isAxiosError } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const PATH = '/statements/v1/attachments';

/** No token yet, and the request for one takes its time. */
async function bootSlow() {
  const booted = await boot({ options: { bootstrap: 'lazy' } });
  booted.emulator.fail('token', { delayMs: 150 });
  return booted;
}

const missingFile = () => createReadStream('/nowhere/at/all');
const listenersOf = (body: Stream) => body.eventNames().reduce((sum, name) => sum + body.listenerCount(name), 0);

const POSTS: Record<string, (booted: Booted, body: unknown, signal?: AbortSignal) => Promise<unknown>> = {
  ContaSimplesHttpService: ({ http }, body, signal) => http.axiosRef.post(PATH, body, { signal }),
  'an attached instance': ({ app, emulator }, body, signal) => {
    const instance = axios.create({ baseURL: emulator.baseUrl });
    app.get(ContaSimplesAuthInterceptor).attach(instance);
    return instance.post(PATH, body, { signal });
  },
  'tokens.fetch()': ({ tokens }, body, signal) => {
    const init = { method: 'POST', body: body as RequestInit['body'], duplex: 'half' as const };
    return tokens.fetch(PATH, { ...init, ...(signal && { signal }) });
  },
};

/** What the stream broke with, however the client wraps it. */
function told(error: unknown): { message?: unknown; code?: unknown } {
  if (isAxiosError(error)) return error;
  expect(error).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
  return (error as Error).cause as Error;
}

describe.each(Object.entries(POSTS))('a streamed body through %s that breaks', (_name, post) => {
  it('while the token is awaited ends that call alone, and keeps no listener', async () => {
    const booted = await bootSlow();
    const body = missingFile();
    const before = listenersOf(body);
    const others = booted.tokens.getToken();
    expect(told(await rejection(post(booted, body)))).toMatchObject({ code: 'ENOENT' });
    expect(booted.emulator.counts.token.byStatus).toEqual({});
    await others;
    expect(listenersOf(body)).toBe(before);
    expect(booted.emulator.counts.token.total).toBe(1);
    expect(booted.emulator.counts.resource.total).toBe(0);
  });

  it('before it is given ends the call, with nothing sent', async () => {
    const booted = await boot();
    await booted.tokens.getToken();
    const body = missingFile();
    await new Promise((resolve) => body.once('error', resolve));
    expect(told(await rejection(post(booted, body)))).toMatchObject({ code: 'ENOENT' });
    expect(booted.emulator.counts.resource.total).toBe(0);
  });

  it('as one of an older kind ends the call', async () => {
    const booted = await bootSlow();
    const body = new Stream();
    const error = rejection(post(booted, body));
    await booted.emulator.waitForRequest('token');
    body.emit('error', new Error('It broke'));
    expect(told(await error)).toMatchObject({ message: 'It broke' });
  });

  it('after the call was given up, unread, does no harm; and is not heard twice', async () => {
    const booted = await bootSlow();
    const body = new Readable({ read() {} });
    const listeners = new Set<number>();
    for (let attempt = 0; attempt < 3; attempt++) {
      const abort = new AbortController();
      const leaving = rejection(post(booted, body, abort.signal));
      await booted.emulator.waitForRequest('token');
      abort.abort();
      await leaving;
      listeners.add(listenersOf(body));
    }
    expect(listeners.size).toBe(1);
    const closed = new Promise((resolve) => body.once('close', resolve));
    body.destroy(new Error('It broke'));
    await closed;
    expect(listenersOf(body)).toBe(0);
  });
});

describe('a body of tokens.fetch() that is generated and breaks', () => {
  it('rejects the call with what it broke with', async () => {
    const { tokens } = await bootSlow();
    const failure = new Error('It broke');
    async function* chunks() {
      yield 'some';
      throw failure;
    }
    const init = { method: 'POST', body: chunks() as unknown as RequestInit['body'], duplex: 'half' as const };
    expect(await rejection(tokens.fetch(PATH, init))).toMatchObject({ message: 'fetch failed', cause: failure });
  });
});
