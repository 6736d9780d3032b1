import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { freePort } from '@support/free-port.js';
import { closeServers, listen } from '@support/listen.js';
import { doctorEnvironment, runDoctor } from '@support/run-doctor.js';
import { TlsApi } from '@support/tls-api.js';
import { TunnelProxy } from '@support/tunnel-proxy.js';
import { HttpsProxyAgent } from 'hpagent';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';

const savedEnvironment = { ...process.env };
const applications: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in savedEnvironment)) delete process.env[name];
  await Promise.all(applications.splice(0).map((application) => application.close()));
  await closeServers();
});

async function open(api: TlsApi, options: ContaSimplesModuleOptions) {
  const app = await bootContext([ContaSimplesAuthModule.forRoot({ ...api.options, bootstrap: 'lazy', ...options })]);
  applications.push(app);
  return { tokens: app.get(ContaSimplesTokenService), http: app.get(ContaSimplesHttpService).axiosRef };
}

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

/** What is written before the @ of a proxy's address, and the user and password that are meant. */
const LOGINS = [
  ['shop:p%40ss', 'shop:p@ss'],
  ['shop:a%3Ab%2Fc%23', 'shop:a:b/c#'],
  ['sh%40op:ma%C3%A7%C3%A3%E2%82%AC', 'sh@op:maçã€'],
  ['shop:100%', 'shop:100%'],
  ['shop:%zz%40', 'shop:%zz@'],
  ['shop', 'shop:'],
  [':p%40ss', ':p@ss'],
] as const;

describe('user and password of a proxy', () => {
  it.each(LOGINS)('are decoded everywhere: %s', async (written, meant) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start(meant)];
    const address = `http://${written}@127.0.0.1:${proxy.port}`;
    process.env.HTTPS_PROXY = address;
    for (const option of ['env', address] as const) {
      const { tokens, http } = await open(api, { proxy: option });
      await tokens.getToken();
      expect((await http.get('/x')).status).toBe(200);
    }
    const environment = { ...doctorEnvironment(api.baseUrl), HTTPS_PROXY: address };
    expect((await runDoctor({ environment })).line('proxy')).toMatch(/^ok/);
    expect(proxy.logins).toEqual([meant, meant, meant, meant, meant]);
  });

  it.each(VARIABLES)('are read from %s', async (name) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start('shop:p@ss')];
    process.env[name] = `http://shop:p%40ss@127.0.0.1:${proxy.port}`;
    const { http } = await open(api, { proxy: 'env' });
    expect((await http.get('/x')).status).toBe(200);
    expect(proxy.targets).toEqual([`localhost:${api.listening.port}`, `localhost:${api.listening.port}`]);
  });

  it('are left out where the address has none', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    const { http } = await open(api, { proxy: 'env' });
    await http.get('/x');
    expect(proxy.logins).toEqual([undefined, undefined]);
  });
});

describe('NO_PROXY', () => {
  it.each(['localhost', '*', 'other.example localhost', '127.0.0.1'])('goes past the proxy: %s', async (list) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    Object.assign(process.env, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: list });
    const { http } = await open(api, { proxy: 'env' });
    expect((await http.get('/x')).status).toBe(200);
    expect(proxy.targets).toEqual([]);
  });

  it('is read for each request, as the other variables are', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const { http } = await open(api, { proxy: 'env' });
    await http.get('/x');
    process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    await http.get('/x');
    process.env.NO_PROXY = 'localhost';
    await http.get('/x');
    expect(proxy.targets).toHaveLength(1);
  });
});

describe('a proxy that does not work', () => {
  /** How often a text has another in it. */
  const times = (text: string, part: string) => text.split(part).length - 1;

  it('is named in the message, once and without its login', async () => {
    const closedPort = await freePort();
    const api = await TlsApi.start();
    const { tokens } = await open(api, { proxy: `http://shop:canary@127.0.0.1:${closedPort}` });
    const { message } = (await rejection(tokens.getToken())) as Error;
    expect(message).toMatch(/^The proxy 127\.0\.0\.1:\d+ was not reached, or opened no tunnel \(ECONNREFUSED\)/);
    expect(times(message, `127.0.0.1:${closedPort}`)).toBe(1);
    expect(message).not.toContain('canary');
  });

  it('is named together with the host that it was to connect to', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start('shop:p@ss')];
    const { tokens } = await open(api, { proxy: `http://shop:canary@127.0.0.1:${proxy.port}` });
    const { message } = (await rejection(tokens.getToken())) as Error;
    const named = `The proxy 127.0.0.1:${proxy.port} answered 407 instead of connecting to localhost:${api.listening.port}`;
    expect(message).toContain(named);
    expect(message).not.toContain('canary');
  });

  it('is named together with the host that was not reached through it', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    proxy.behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n', () => socket.destroy());
    };
    const { tokens } = await open(api, { proxy: `http://127.0.0.1:${proxy.port}` });
    const { message } = (await rejection(tokens.getToken())) as Error;
    expect(times(message, `localhost:${api.listening.port}`)).toBe(1);
    expect(times(message, `the proxy 127.0.0.1:${proxy.port}`)).toBe(1);
  });

  it('is named also where an agent of the application makes the tunnel', async () => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start('shop:p@ss')];
    const httpsAgent = new HttpsProxyAgent({ proxy: `http://shop:canary@127.0.0.1:${proxy.port}`, keepAlive: true });
    const { tokens } = await open(api, { tls: undefined, httpsAgent });
    const error = await rejection(tokens.getToken());
    expect(isContaSimplesAuthError(error, 'proxy_error')).toBe(true);
    expect((error as Error).message).toContain(
      `The proxy 127.0.0.1:${proxy.port} was not reached, or opened no tunnel`,
    );
  });

  it.each(['http://canary:99999', 'socks5://canary', 'http://'])(
    'because its variable holds no address fails calls by the name of the variable: %s',
    async (value) => {
      process.env.HTTPS_PROXY = value;
      const api = await TlsApi.start();
      const { tokens, http } = await open(api, { proxy: 'env' });
      const calls = [tokens.getToken(), http.get('/x'), http.get('/x', { contaSimplesAuth: false })];
      for (const error of await Promise.all(calls.map(rejection))) {
        expect(isContaSimplesAuthError(error, 'proxy_error')).toBe(true);
        expect((error as Error).message).toContain('HTTPS_PROXY holds no address');
        expect((error as Error).message).not.toContain('canary');
      }
      expect(api.requests).toEqual([]);
    },
  );
});

describe('the token endpoint that was not reached', () => {
  it.each([
    ['refuses', '127.0.0.1', 'ECONNREFUSED', 'network_error'],
    // A label is at most 63 letters long: no name server is asked.
    ['has no address', `${'x'.repeat(64)}.invalid`, 'ENOTFOUND', 'network_error'],
  ])('is named by host and port, once: a host that %s', async (_how, host, code, kind) => {
    const closedPort = await freePort();
    const api = await TlsApi.start();
    const { tokens } = await open(api, { baseUrl: `https://${host}:${closedPort}/base` });
    const error = await rejection(tokens.getToken());
    const named = `${host}:${closedPort}`;
    expect(isContaSimplesAuthError(error, kind as 'network_error')).toBe(true);
    const { message } = error as Error;
    expect(message).toMatch(new RegExp(`^The token endpoint at ${named} was not reached \\(${code}\\) \\(account`));
    expect(message.split(named)).toHaveLength(2);
  });

  it('is named where it is not trusted', async () => {
    const api = await TlsApi.start();
    const { tokens } = await open(api, { tls: undefined });
    const { message } = (await rejection(tokens.getToken())) as Error;
    const named = `localhost:${api.listening.port}`;
    expect(message).toContain(`No trusted connection to the token endpoint at ${named} (DEPTH_ZERO_SELF_SIGNED_CERT)`);
    expect(message.split(named)).toHaveLength(2);
  });

  it('is named where it is silent', async () => {
    const mute = await listen(createServer((socket) => void socket.resume()));
    const api = await TlsApi.start();
    const baseUrl = `https://localhost:${mute.port}`;
    const { tokens } = await open(api, { baseUrl, requestTimeoutMs: 100, waitTimeoutMs: 150 });
    const { message } = (await rejection(tokens.getToken())) as Error;
    expect(message).toContain(`The token endpoint at localhost:${mute.port} did not answer in time`);
  });

  it('is named with its whole address where it rejects the request', async () => {
    const api = await TlsApi.start((_request, response) => response.writeHead(404).end('{}'));
    const { tokens } = await open(api, { baseUrl: `${api.baseUrl}/wrong` });
    const error = await rejection(tokens.getToken());
    expect(isContaSimplesAuthError(error, 'request_rejected')).toBe(true);
    const { message } = error as Error;
    const address = `${api.baseUrl}/wrong/oauth/v1/access-token`;
    expect(message).toContain(`The token endpoint ${address} answered 404 (account`);
    expect(message.split(api.baseUrl)).toHaveLength(2);
  });
});
