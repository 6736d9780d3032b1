import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers, listen } from '@support/listen.js';
import axios from 'axios';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const head = (status: string) => `HTTP/1.1 ${status}\r\nConnection: close\r\n`;

/** Calls back once the headers of an answer have come to a client of this process. */
function onceAnswered(callback: () => void): void {
  const channel = 'http.client.response.finish';
  const heard = () => {
    unsubscribe(channel, heard);
    setImmediate(callback);
  };
  subscribe(channel, heard);
}

/** Answers of which the status arrives, and the body does not. */
const BROKEN: Record<string, (socket: Socket, status: string) => void> = {
  'is reset amid its body': (socket, status) => {
    // Once the client has read the headers: what it has not read yet, a reset takes back.
    onceAnswered(() => socket.resetAndDestroy());
    socket.write(`${head(status)}Content-Length: 100\r\n\r\n{"a`);
  },
  'ends amid its body': (socket, status) => socket.end(`${head(status)}Content-Length: 100\r\n\r\n{"a`),
  'has a chunk that is none': (socket, status) => socket.end(`${head(status)}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`),
  'is longer than the caller takes': (socket, status) =>
    socket.end(`${head(status)}Content-Length: 3000\r\n\r\n${'x'.repeat(3_000)}`),
  'is compressed and no gzip': (socket, status) =>
    socket.end(`${head(status)}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nxxxxx`),
};

/** An API that answers requests with this token in this way, and others with 200. */
async function prepare(answer: (socket: Socket) => void) {
  let refused: string | undefined;
  const seen: string[] = [];
  const server = await listen(
    createServer((socket) => {
      let request = '';
      socket.on('data', (chunk) => {
        request += chunk.toString('latin1');
        const end = request.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(request)?.[1] ?? 0);
        if (end < 0 || request.length < end + 4 + length) return;
        const token = /^Authorization: Bearer (\S+)/im.exec(request)?.[1] ?? 'none';
        seen.push(token);
        request = '';
        if (token === refused) answer(socket);
        else socket.end(`${head('200 OK')}Content-Length: 2\r\n\r\n{}`);
      });
    }),
  );
  const origin = `http://127.0.0.1:${server.port}`;
  const booted = await boot({ options: { origins: [origin] } });
  const attached = axios.create();
  booted.app.get(ContaSimplesAuthInterceptor).attach(attached);
  await booted.http.axiosRef.get(origin);
  refused = await booted.tokens.getAccessToken();
  seen.length = 0;
  booted.emulator.resetCounts();
  return { ...booted, attached, origin, seen, refused };
}

const WAYS = ['ContaSimplesHttpService', 'an attached instance'] as const;
const CASES = WAYS.flatMap((way) => Object.entries(BROKEN).map(([what, send]) => [way, what, send] as const));

describe('a 401 whose body does not arrive', () => {
  it.each(CASES)('is a refusal all the same, through %s: one that %s', async (way, _what, send) => {
    const api = await prepare((socket) => send(socket, '401 Unauthorized'));
    const instance = way === 'an attached instance' ? api.attached : api.http.axiosRef;
    const { status } = await instance.get(api.origin, { maxContentLength: 2_000 });
    expect(status).toBe(200);
    const fresh = await api.tokens.getAccessToken();
    expect(fresh).not.toBe(api.refused);
    expect(api.seen).toEqual([api.refused, fresh]);
    expect(api.emulator.counts.token.total).toBe(1);
  });

  it('costs one token request, however many calls it meets', async () => {
    const api = await prepare((socket) => BROKEN['has a chunk that is none']?.(socket, '401 Unauthorized'));
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.http.axiosRef.get(api.origin)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(api.emulator.counts.token.total).toBe(1);
  });

  it('is reported where the body can be sent only once', async () => {
    const api = await prepare((socket) => BROKEN['ends amid its body']?.(socket, '401 Unauthorized'));
    const data = Readable.from(['once']);
    const error = await rejection(api.http.axiosRef.post(api.origin, data, { headers: { 'Content-Length': '4' } }));
    expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
    expect(api.seen).toEqual([api.refused]);
  });
});

describe('another answer whose body does not arrive', () => {
  it.each(Object.entries(BROKEN))(
    'is an error, the token is kept and nothing sent again: one that %s',
    async (_w, send) => {
      for (const status of ['200 OK', '403 Forbidden', '500 Oops']) {
        const api = await prepare((socket) => send(socket, status));
        const error = await rejection(api.http.axiosRef.get(api.origin, { maxContentLength: 2_000 }));
        expect(axios.isAxiosError(error)).toBe(true);
        expect(await api.tokens.getAccessToken()).toBe(api.refused);
        expect(api.seen).toEqual([api.refused]);
        expect(api.emulator.counts.token.total).toBe(0);
      }
    },
  );
});
