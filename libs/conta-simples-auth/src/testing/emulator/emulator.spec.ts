import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from './emulator.js';

/**
 * Sends bytes on a new connection and resolves with everything received until the server ends it. `'stop'` says
 * with a FIN that nothing more will come.
 */
async function send(emulator: ContaSimplesEmulator, bytes: string | Buffer, then?: 'stop'): Promise<string> {
  const socket = connect(emulator.port, '127.0.0.1');
  socket.write(bytes);
  if (then === 'stop') {
    socket.end();
  }
  return text(socket).catch((error: NodeJS.ErrnoException) => `${error.code}`);
}

async function withEmulator(use: (emulator: ContaSimplesEmulator) => Promise<void>): Promise<void> {
  const emulator = await startContaSimplesEmulator();
  try {
    await use(emulator);
  } finally {
    await emulator.close();
  }
}

describe('an emulator', () => {
  it('listens on a free port of this machine', () =>
    withEmulator(async (emulator) => {
      expect(emulator.baseUrl).toBe(`http://127.0.0.1:${emulator.port}`);
      expect((await fetch(emulator.baseUrl)).status).toBe(404);
    }));

  it('says so when its port is taken', () =>
    withEmulator(async ({ port }) => {
      await expect(startContaSimplesEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    }));

  it.each([
    [{ port: 70_000 }, /port must be a whole number from 0 to 65535/],
    [{ tokenTtlSeconds: 0 }, /tokenTtlSeconds must be a number of seconds above 0/],
    [{ latencyMs: { token: -1 } }, /latencyMs.token/],
    [{ rateLimitPerMinute: 0.5 }, /rateLimitPerMinute/],
    [{ clockOffsetMs: Number.NaN }, /clockOffsetMs/],
  ])('refuses to start with %j', async (options, message) => {
    await expect(startContaSimplesEmulator(options)).rejects.toThrow(message);
  });

  it.each([
    ['noise', Buffer.from([0, 1, 2, 255, 13, 10, 13, 10]), /^HTTP\/1\.1 400 /],
    ['a TLS greeting', Buffer.from('16030100050100000100', 'hex'), /^HTTP\/1\.1 400 /],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      /^HTTP\/1\.1 400 /,
    ],
    ['a target of slashes', 'GET // HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
    ['a tunnel', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', /^$/],
    [
      'broken escapes',
      'GET /attachments/v1/content/%E0%A4%A HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 401 /,
    ],
    [
      'half a body',
      'POST /oauth/v1/access-token HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\ngrant',
      /^(HTTP\/1\.1 400 |$)/,
    ],
    ['nothing', '', /^$/],
  ])('survives %s', (_what, bytes, answer) =>
    withEmulator(async (emulator) => {
      expect(await send(emulator, bytes, 'stop')).toMatch(answer);
      expect((await fetch(emulator.baseUrl)).status).toBe(404);
    }),
  );

  it('answers the absolute form of a target as the plain one', () =>
    withEmulator(async (emulator) => {
      const request = `GET ${emulator.baseUrl}/accounts/v1/balance HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
      expect(await send(emulator, request)).toMatch(/^HTTP\/1\.1 401 /);
    }));

  it('answers pipelined requests in their order', () =>
    withEmulator(async (emulator) => {
      const first = 'GET /accounts/v1/balance HTTP/1.1\r\nHost: a\r\n\r\n';
      const second = 'GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
      emulator.fail({ path: '/accounts/v1/balance' }, { delayMs: 20 });

      const answers = await send(emulator, first + second);
      expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['401', '404']);
    }));

  it('closes at once, hanging and idle connections included, and can be closed again', async () => {
    const emulator = await startContaSimplesEmulator();
    emulator.fail({ path: '/hang' }, { hang: true });
    emulator.fail({ path: '/slow' }, { delayMs: 60_000 });
    const idle = send(emulator, '');
    const calls = ['/hang', '/slow'].map((path) =>
      fetch(`${emulator.baseUrl}${path}`).catch((error: Error) => error.name),
    );
    await emulator.waitForRequest('all', 2);

    const waiting = emulator.waitForRequest('token');
    await Promise.all([emulator.close(), emulator.close()]);
    expect(await Promise.all(calls)).toEqual(['TypeError', 'TypeError']);
    await expect(waiting).rejects.toThrow('the emulator was closed');
    await idle;
    expect(emulator.counts.resource).toMatchObject({ inFlight: 0, byStatus: { none: 2 } });
    await expect(fetch(emulator.baseUrl)).rejects.toThrow();
  });

  it('closes although a connection was to be reset after it had been ended', async () => {
    const emulator = await startContaSimplesEmulator();
    emulator.fail('all', { raw: 'x' });
    emulator.fail('all', { reset: 'before-headers' });
    const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    await send(emulator, request + request);

    await emulator.close();
    expect(emulator.counts.resource).toMatchObject({ total: 2, inFlight: 0 });
  });

  it('is closed by the end of its scope', async () => {
    let baseUrl = '';
    {
      await using emulator = await startContaSimplesEmulator();
      baseUrl = emulator.baseUrl;
    }
    await expect(fetch(baseUrl)).rejects.toThrow();
  });
});
