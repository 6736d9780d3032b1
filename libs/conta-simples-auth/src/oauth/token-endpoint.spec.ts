import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, Agent as HttpsAgent } from 'node:https';
import { connect, createServer as createNetServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@support/free-port.js';
import { closeServers, listen } from '@support/listen.js';
import { selfSigned } from '@support/self-signed.js';
import { stopwatch } from '@support/stopwatch.js';
import axios from 'axios';
import { systemClock } from '../support/clock.js';
import { createTokenEndpoint, type TokenEndpointOptions } from './token-endpoint.js';

const AUTHORIZATION = `Basic ${Buffer.from('canary-key:canary-secret').toString('base64')}`;
const TOKEN = JSON.stringify({ access_token: 'abc.def', token_type: 'Bearer', expires_in: 1_800 });
const PATH = '/oauth/v1/access-token';
const GRANTED = { ok: true, grant: { value: 'abc.def', lifetimeMs: 1_800_000, sentAt: expect.anything() } };

/** Jest gives a test a copy of the environment, of which Node's TLS knows nothing. */
const nodeEnvironment = process.getBuiltinModule('node:process').env;
const savedEnvironment = { ...process.env };
afterEach(async () => {
  delete nodeEnvironment.NODE_TLS_REJECT_UNAUTHORIZED;
  for (const name of Object.keys(process.env)) if (!(name in savedEnvironment)) delete process.env[name];
  Object.assign(process.env, savedEnvironment);
  await closeServers();
});

function ask(url: string, given: Partial<TokenEndpointOptions> = {}, signal = new AbortController().signal) {
  const request = createTokenEndpoint({
    url,
    userAgent: 'my-app/1.2.3',
    requestTimeoutMs: 5_000,
    clock: systemClock,
    allowMissingTokenType: false,
    proxy: undefined,
    ...given,
  });
  return request({ authorization: AUTHORIZATION, isSecret: (text) => text.includes('canary'), warn: () => {} }, signal);
}

/** A server that answers over HTTP; gives its URL. */
async function http(listener: RequestListener) {
  const server = await listen(createHttpServer(listener));
  return { ...server, server, url: `http://127.0.0.1:${server.port}${PATH}` };
}

/** A server that does to the connection what no HTTP server would, once it has the whole request. */
async function raw(afterRequest: (socket: Socket, request: string) => void) {
  const requests: string[] = [];
  const server = await listen(
    createNetServer((socket) => {
      let request = '';
      socket.on('data', (chunk) => {
        request += chunk.toString('latin1');
        if (!request.endsWith('grant_type=client_credentials')) return;
        requests.push(request);
        afterRequest(socket, request);
      });
    }),
  );
  return { server, requests, url: `http://127.0.0.1:${server.port}${PATH}` };
}

function response(body: string | Buffer, headers = '', status = '200 OK'): Buffer {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

const failure = (kind: string, rest: object = {}) => ({
  ok: false,
  failure: expect.objectContaining({ kind, ...rest }),
});

/** Writes again and again until the socket is gone. */
function drip(socket: Socket, text: string, first = ''): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(text), 20);
  socket.on('close', () => clearInterval(timer));
}

describe('the request on the wire', () => {
  it('is byte for byte what the service documents', async () => {
    const { url, requests, server } = await raw((socket) => socket.end(response(TOKEN)));

    expect(await ask(url)).toEqual(GRANTED);

    const [head = '', body] = requests.join().split('\r\n\r\n');
    const [requestLine, ...headers] = head.split('\r\n');
    expect(requestLine).toBe(`POST ${PATH} HTTP/1.1`);
    expect(headers.sort()).toEqual(
      [
        'Accept: application/json',
        'Accept-Encoding: identity',
        `Authorization: ${AUTHORIZATION}`,
        'Connection: close',
        'Content-Length: 29',
        'Content-Type: application/x-www-form-urlencoded',
        `Host: 127.0.0.1:${server.port}`,
        'User-Agent: my-app/1.2.3',
      ].sort(),
    );
    expect(body).toBe('grant_type=client_credentials');
  });

  it('is the same with any defaults of axios that the application has set', async () => {
    const { url, requests } = await raw((socket) => socket.end(response(TOKEN)));
    const { defaults } = axios;
    const saved = { ...defaults, common: { ...defaults.headers.common }, post: { ...defaults.headers.post } };
    await ask(url);
    const interceptor = axios.interceptors.request.use(() => Promise.reject(new Error('stranger')));
    try {
      Object.assign(defaults, {
        auth: { username: 'stranger', password: 'stranger' },
        params: { stranger: '1' },
        baseURL: 'http://127.0.0.1:1/stranger',
        timeout: 1,
        maxContentLength: 1,
        proxy: { protocol: 'http', host: '127.0.0.1', port: 1 },
        transformRequest: [() => 'stranger'],
        withCredentials: true,
      });
      defaults.headers.common['X-Stranger'] = '1';
      defaults.headers.common.Authorization = 'Bearer stranger';
      defaults.headers.post['Content-Type'] = 'application/json';

      expect(await ask(url)).toEqual(GRANTED);
    } finally {
      axios.interceptors.request.eject(interceptor);
      for (const name of [
        'auth',
        'params',
        'baseURL',
        'timeout',
        'maxContentLength',
        'proxy',
        'withCredentials',
      ] as const) {
        delete defaults[name];
      }
      Object.assign(defaults, saved);
      defaults.headers.common = saved.common;
      defaults.headers.post = saved.post;
    }
    expect(requests).toHaveLength(2);
    expect(requests[1]).toBe(requests[0]);
  });

  it('opens a new connection each time, and keeps none', async () => {
    const sockets = new Set<Socket>();
    const { url, server } = await http((request, reply) => {
      sockets.add(request.socket);
      reply.end(TOKEN);
    });
    const request = createTokenEndpoint({
      url,
      userAgent: 'a',
      requestTimeoutMs: 5_000,
      clock: systemClock,
      allowMissingTokenType: false,
      proxy: undefined,
    });
    const client = { authorization: AUTHORIZATION, isSecret: () => false, warn: () => {} };
    for (let call = 0; call < 3; call++) await request(client, new AbortController().signal);
    expect(sockets.size).toBe(3);
    await server.allClosed();
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    let followed = 0;
    const target = await http((_request, reply) => {
      followed++;
      reply.end(TOKEN);
    });
    const { url } = await http((_request, reply) => {
      reply.writeHead(status, { Location: target.url }).end();
    });

    expect(await ask(url)).toEqual(failure('unexpected_redirect', { status }));
    expect(followed).toBe(0);
  });

  it('to another path of the same host is not followed', async () => {
    const paths: (string | undefined)[] = [];
    const { url } = await http((request, reply) => {
      paths.push(request.url);
      reply.writeHead(307, { Location: '/elsewhere' }).end();
    });
    await ask(url);
    expect(paths).toEqual([PATH]);
  });
});

describe('a body', () => {
  it('of exactly 64 KiB is read', async () => {
    const body = TOKEN.padEnd(64 * 1_024);
    const { url } = await http((_request, reply) => reply.end(body));
    expect(await ask(url)).toEqual(GRANTED);
  });

  it('of more is refused', async () => {
    const { url, server } = await http((_request, reply) => reply.end(TOKEN.padEnd(64 * 1_024 + 1)));
    expect(await ask(url)).toEqual(failure('invalid_response', { what: expect.stringContaining('64 KiB') }));
    await server.allClosed();
  });

  it.each([200, 400])('without end is cut and its socket closed, with status %i', async (status) => {
    let sent = 0;
    const { url, server } = await http((_request, reply) => {
      reply.writeHead(status);
      const more = () => {
        while (!reply.destroyed && reply.write(' '.repeat(16_384))) sent += 16_384;
      };
      reply.on('drain', more);
      more();
    });
    expect(await ask(url)).toEqual(failure(status === 200 ? 'invalid_response' : 'credentials_rejected'));
    await server.allClosed();
    expect(sent).toBeLessThan(64 * 1_024 * 1_024);
  });

  it.each([
    ['gzip', gzipSync(TOKEN)],
    ['gzip', Buffer.from(TOKEN)],
    ['br', Buffer.from(TOKEN)],
    ['unheard-of', Buffer.from(TOKEN)],
  ])('with Content-Encoding %s is refused', async (encoding, body) => {
    const { url } = await http((_request, reply) => reply.writeHead(200, { 'Content-Encoding': encoding }).end(body));
    expect(await ask(url)).toEqual(failure('invalid_response', { what: expect.stringContaining('compressed') }));
  });

  it('that is not UTF-8 is refused', async () => {
    const { url } = await http((_request, reply) => reply.end(Buffer.from(TOKEN.replace('abc', 'ab\u00e9'), 'latin1')));
    expect(await ask(url)).toEqual(failure('invalid_response', { what: expect.stringContaining('UTF-8') }));
  });

  it('may begin with a byte order mark', async () => {
    const { url } = await http((_request, reply) => reply.end(`\ufeff${TOKEN}`));
    expect(await ask(url)).toEqual(GRANTED);
  });

  it('may come byte by byte and chunked', async () => {
    const { url } = await http((_request, reply) => {
      for (const byte of TOKEN) reply.write(byte);
      reply.end();
    });
    expect(await ask(url)).toEqual(GRANTED);
  });
});

describe('a server that does not finish in time', () => {
  it.each([
    ['says nothing', () => {}],
    ['drips headers', (socket: Socket) => drip(socket, 'x', 'HTTP/1.1 200 OK\r\nX-Drip: ')],
    ['drips a body', (socket: Socket) => drip(socket, ' ', 'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n')],
    [
      'drips chunks',
      (socket: Socket) => drip(socket, '1\r\n \r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
    ],
    ['goes on and on with 100 Continue', (socket: Socket) => drip(socket, 'HTTP/1.1 100 Continue\r\n\r\n')],
    ['stops amid the body', (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"a')],
  ])('is left at the deadline: it %s', async (_what, behave) => {
    const { url, server } = await raw(behave);
    const elapsedMs = stopwatch();

    expect(await ask(url, { requestTimeoutMs: 150 })).toEqual(failure('timeout'));

    expect(elapsedMs()).toBeLessThan(1_000);
    await server.allClosed();
  });

  it('is left when the caller says so', async () => {
    const abort = new AbortController();
    const { url, server } = await raw(() => abort.abort());
    expect(await ask(url, {}, abort.signal)).toEqual(failure('timeout'));
    await server.allClosed();
  });

  it('is left amid the body when the caller says so', async () => {
    const abort = new AbortController();
    const { url, server } = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{', () => setImmediate(() => abort.abort()));
    });
    expect(await ask(url, {}, abort.signal)).toEqual(failure('timeout'));
    await server.allClosed();
  });

  it('is not asked at all where the caller has said so before', async () => {
    const { url, server } = await raw((socket) => socket.end(response(TOKEN)));
    expect(await ask(url, {}, AbortSignal.abort())).toEqual(failure('timeout'));
    expect(server.accepted).toBe(0);
  });
});

describe('a connection that breaks', () => {
  it('is a network error where no server listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}${PATH}`;
    expect(await ask(url)).toEqual(failure('network_error', { what: expect.stringContaining('ECONNREFUSED') }));
  });

  it('is a network error where the name does not resolve', async () => {
    const lookup = (_name: string, _options: unknown, callback: (error: Error) => void) =>
      callback(Object.assign(new Error('canary'), { code: 'ENOTFOUND' }));
    const httpsAgent = new HttpsAgent({ lookup } as ConstructorParameters<typeof HttpsAgent>[0]);
    expect(await ask('https://nowhere.invalid/', { httpsAgent, proxy: false })).toEqual(
      failure('network_error', { what: expect.stringContaining('ENOTFOUND') }),
    );
  });

  it.each([
    ['reset before the answer', (socket: Socket) => void socket.resetAndDestroy()],
    ['ended before the answer', (socket: Socket) => void socket.end()],
    ['ended amid the headers', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-')],
    ['ended amid the body', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"a"')],
    [
      'ended amid the chunks',
      (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n63\r\n{"a"'),
    ],
    [
      'reset amid the body',
      (socket: Socket) =>
        void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"a"', () =>
          setImmediate(() => socket.resetAndDestroy()),
        ),
    ],
    ['not HTTP', (socket: Socket) => void socket.end('SSH-2.0-OpenSSH_9.0\r\n')],
    [
      'HTTP with endless headers',
      (socket: Socket) => void socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
    ],
    [
      'HTTP of two minds about its length',
      (socket: Socket) => void socket.end(response(TOKEN, 'Transfer-Encoding: chunked\r\n')),
    ],
  ])('is a network error: %s', async (_what, behave) => {
    const { url, server } = await raw(behave);
    expect(await ask(url)).toEqual(failure('network_error'));
    await server.allClosed();
  });

  it('is an unusable answer where only the end of the connection ends the body', async () => {
    const { url } = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"access_token":"abc'));
    expect(await ask(url)).toEqual(failure('invalid_response'));
  });

  it('is answered once, also where a second answer follows', async () => {
    const second = response(TOKEN.replace('abc', 'xyz'));
    const { url } = await raw((socket) => socket.end(Buffer.concat([response(TOKEN), second])));
    expect(await ask(url)).toEqual(GRANTED);
  });

  it('is answered in full before it is reset', async () => {
    const { url } = await raw((socket) => {
      socket.write(response(TOKEN), () => setImmediate(() => socket.resetAndDestroy()));
    });
    expect(await ask(url)).toEqual(GRANTED);
  });
});

describe('a failure', () => {
  it('shows nothing that was sent or received', async () => {
    const echo = (_socket: Socket, request: string) =>
      response(`canary ${request}`, `X-Request-Id: canary\r\n`, '400 canary');
    const { url } = await raw((socket, request) => socket.end(echo(socket, request)));
    const outcome = JSON.stringify(await ask(url));
    expect(outcome).not.toMatch(/canary|Basic|grant_type/);
    expect(outcome).not.toContain(AUTHORIZATION.slice(6));
  });
});

describe('https', () => {
  async function secure() {
    let answered = 0;
    const server = await listen(
      createHttpsServer(selfSigned, (_request, reply) => {
        answered++;
        reply.end(TOKEN);
      }),
    );
    return { server, url: `https://localhost:${server.port}${PATH}`, answered: () => answered };
  }

  it('with a CA that is trusted is used', async () => {
    const { url } = await secure();
    expect(await ask(url, { tls: { ca: selfSigned.cert }, proxy: false })).toEqual(GRANTED);
  });

  it('with an agent that trusts it is used, for one connection a request', async () => {
    const { url, server } = await secure();
    const httpsAgent = new HttpsAgent({ ca: selfSigned.cert, keepAlive: true });
    for (let call = 0; call < 2; call++) expect(await ask(url, { httpsAgent, proxy: false })).toEqual(GRANTED);
    expect(server.accepted).toBe(2);
    await server.allClosed();
  });

  it('uses an agent with its own behaviour unchanged', async () => {
    const { url, server } = await secure();
    let connected = 0;
    class CountingAgent extends HttpsAgent {
      override createConnection(...args: unknown[]) {
        connected++;
        return Reflect.apply(Reflect.get(HttpsAgent.prototype, 'createConnection'), this, args);
      }
    }
    expect(await ask(url, { httpsAgent: new CountingAgent({ ca: selfSigned.cert }), proxy: false })).toEqual(GRANTED);
    expect(connected).toBe(1);
    await server.allClosed();
  });

  it.each([
    ['with our own agent', undefined],
    ['with an agent of the application', () => new HttpsAgent()],
    ['with an agent that would not mind', () => new HttpsAgent({ rejectUnauthorized: false })],
  ])('signed by no known authority gets no request, even where the process trusts anyone: %s', async (_how, agent) => {
    const { url, answered } = await secure();
    nodeEnvironment.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const httpsAgent = agent?.();
    expect(await ask(url, { ...(httpsAgent && { httpsAgent }), proxy: false })).toEqual(
      failure('tls_error', { what: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') }),
    );
    expect(answered()).toBe(0);
  });

  it('of another name gets no request', async () => {
    const { url, answered } = await secure();
    const httpsAgent = new HttpsAgent({ ca: selfSigned.cert, servername: 'api.contasimples.com' });
    expect(await ask(url, { httpsAgent, proxy: false })).toEqual(
      failure('tls_error', { what: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') }),
    );
    expect(answered()).toBe(0);
  });

  it('on a port that speaks http is a TLS error', async () => {
    let answered = 0;
    const { port } = await listen(createHttpServer(() => answered++));
    expect(await ask(`https://127.0.0.1:${port}/`, { proxy: false })).toEqual(failure('tls_error'));
    expect(answered).toBe(0);
  });

  it('of a version that is too old is a TLS error', async () => {
    const server = await listen(createHttpsServer({ ...selfSigned, maxVersion: 'TLSv1.2' }));
    const httpsAgent = new HttpsAgent({ ca: selfSigned.cert, minVersion: 'TLSv1.3' });
    expect(await ask(`https://localhost:${server.port}/`, { httpsAgent, proxy: false })).toEqual(failure('tls_error'));
  });

  it('with a CA that is none is a TLS error', async () => {
    const { url } = await secure();
    expect(await ask(url, { tls: { cert: 'nonsense' }, proxy: false })).toEqual(failure('tls_error'));
  });

  it.each([
    ['hangs', (socket: Socket) => void socket.resume(), 'timeout', 200],
    ['is reset', (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy()), 'network_error', 5_000],
    ['ends', (socket: Socket) => void socket.once('data', () => socket.end()), 'network_error', 5_000],
  ])('whose handshake %s is tried again soon', async (_what, behave, kind, requestTimeoutMs) => {
    const server = await listen(createNetServer(behave));
    const outcome = await ask(`https://127.0.0.1:${server.port}/`, { requestTimeoutMs, proxy: false });
    expect(outcome).toEqual(failure(kind));
    await server.allClosed();
  });
});

describe('a proxy', () => {
  const target = 'https://localhost:1/token';
  const behaviours: Record<string, (socket: Socket) => void> = {
    'refuses the login': (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n')),
    'does not reach the service': (socket) => socket.once('data', () => socket.end('HTTP/1.1 502 Bad\r\n\r\n<html>')),
    'says too often': (socket) => socket.once('data', () => socket.end('HTTP/1.1 429 No\r\nRetry-After: 60\r\n\r\n')),
    'resets the connection': (socket) => socket.resetAndDestroy(),
    'hangs up': (socket) => socket.resume().end(),
    'says nothing': (socket) => socket.resume(),
  };
  const ways = [
    ['the option', (proxy: string) => ({ proxy: new URL(proxy) })],
    [
      'HTTPS_PROXY',
      (proxy: string) => {
        process.env.HTTPS_PROXY = proxy;
        return {};
      },
    ],
  ] as const;

  describe.each(ways)('of %s', (_way, through) => {
    it.each(Object.entries(behaviours))('that %s is a proxy error, and keeps no socket', async (what, behave) => {
      const server = await listen(createNetServer(behave));
      const options = through(`http://127.0.0.1:${server.port}`);
      // The tunnel of axios does not notice that the proxy hangs up (https-proxy-agent 5), so only the time limit ends it.
      const requestTimeoutMs = ['says nothing', 'hangs up'].includes(what) ? 500 : 5_000;
      expect(await ask(target, { requestTimeoutMs, ...options })).toEqual(failure('proxy_error'));
      expect(server.accepted).toBe(1);
      await server.allClosed();
    });

    it('that is down is a proxy error', async () => {
      const options = through(`http://127.0.0.1:${await freePort()}`);
      expect(await ask(target, options)).toEqual(
        failure('proxy_error', { what: expect.stringContaining('ECONNREFUSED') }),
      );
    });

    it('sees the name of the service and its own login, and nothing of the request', async () => {
      const origin = await listen(createHttpsServer(selfSigned, (_request, reply) => reply.end(TOKEN)));
      let seen = '';
      const server = await listen(
        createNetServer((socket) => {
          socket.once('data', async (request) => {
            const upstream = connect(origin.port, '127.0.0.1');
            await once(upstream, 'connect');
            seen += request.toString('latin1');
            socket.on('data', (chunk) => {
              seen += chunk.toString('latin1');
            });
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            socket.pipe(upstream).pipe(socket);
            // A pipe whose end has closed reads no further, and would not notice that the client has gone.
            upstream.on('close', () => socket.resume());
          });
        }),
      );
      const options = through(`http://user:pass%3Aword@127.0.0.1:${server.port}`);
      const url = `https://localhost:${origin.port}${PATH}`;

      expect(await ask(url, { tls: { ca: selfSigned.cert }, ...options })).toEqual(GRANTED);

      expect(seen).toMatch(new RegExp(`^CONNECT localhost:${origin.port} HTTP/1.1\r\n`));
      expect(seen).not.toContain(AUTHORIZATION.slice(6));
      expect(seen).not.toContain('grant_type');
      await server.allClosed();
    });

    it('does not make a service trusted', async () => {
      let answered = 0;
      const origin = await listen(createHttpsServer(selfSigned, () => answered++));
      const server = await listen(
        createNetServer((socket) => {
          socket.once('data', () => {
            const upstream = connect(origin.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
            upstream.on('error', () => socket.destroy());
            socket.pipe(upstream).pipe(socket);
          });
        }),
      );
      nodeEnvironment.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      const options = through(`http://127.0.0.1:${server.port}`);
      expect(await ask(`https://localhost:${origin.port}/`, options)).toEqual(failure('tls_error'));
      expect(answered).toBe(0);
    });
  });

  it('that wants a login is tried again slowly', async () => {
    const server = await listen(createNetServer(behaviours['refuses the login']));
    const proxy = new URL(`http://127.0.0.1:${server.port}`);
    expect(await ask(target, { proxy })).toEqual(failure('proxy_error', { status: 407, lasting: true }));
  });

  it('of an address that is none is a proxy error', async () => {
    process.env.HTTPS_PROXY = 'http://canary:99999';
    const outcome = await ask(target);
    expect(outcome).toEqual(failure('proxy_error'));
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  it('in the environment has nothing to do with plain http, which is for this machine alone', async () => {
    const proxy = await listen(createNetServer());
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']) {
      process.env[name] = `http://127.0.0.1:${proxy.port}`;
    }
    const { url } = await http((_request, reply) => reply.end(TOKEN));
    expect(await ask(url)).toEqual(GRANTED);
    expect(proxy.accepted).toBe(0);
  });

  it('in the environment is not used where the option says so', async () => {
    const proxy = await listen(createNetServer());
    process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    const origin = await listen(createHttpsServer(selfSigned, (_request, reply) => reply.end(TOKEN)));
    const url = `https://localhost:${origin.port}${PATH}`;
    expect(await ask(url, { tls: { ca: selfSigned.cert }, proxy: false })).toEqual(GRANTED);
    expect(proxy.accepted).toBe(0);
  });
});
