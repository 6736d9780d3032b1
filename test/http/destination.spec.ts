import { rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

interface Setting {
  /** Where the token belongs. */
  readonly api: RecordingServer;
  readonly foreign: RecordingServer;
  readonly socketPath: string;
}

/** The API is the base URL of an attached instance, and a further origin for the service. */
async function prepare() {
  const api = await RecordingServer.start();
  const foreign = await RecordingServer.start();
  const booted = await boot({ options: { origins: [api.origin] } });
  const token = await booted.tokens.getAccessToken();
  const attached = axios.create({ baseURL: api.origin, timeout: 2_000 });
  booted.app.get(ContaSimplesAuthInterceptor).attach(attached);
  booted.emulator.resetCounts();
  const socketPath = join(tmpdir(), `cs-${process.pid}-${foreign.port}.sock`);
  const setting: Setting = { api, foreign, socketPath };
  return { ...booted, ...setting, setting, token, attached };
}

/** A transport that always goes elsewhere. */
function transportTo(port: number) {
  const request = (options: RequestOptions, callback: (response: IncomingMessage) => void) =>
    httpRequest({ ...options, agent: undefined, host: '127.0.0.1', hostname: '127.0.0.1', port }, callback);
  return { request };
}

const host = ({ port }: { port: number }) => `127.0.0.1:${port}`;

/** Each would lead a request with the token to a stranger, or through one. */
const TRICKS: [string, (setting: Setting) => AxiosRequestConfig][] = [
  ['an absolute URL', ({ foreign }) => ({ url: `${foreign.origin}/x` })],
  ['an absolute URL in capitals', ({ foreign }) => ({ url: `HTTP://${host(foreign)}/x` })],
  [
    'an absolute URL with a tab in its scheme and no base',
    ({ foreign }) => ({ url: `h\tttp://${host(foreign)}/x`, baseURL: '' }),
  ],
  [
    'an absolute URL after white space and no base',
    ({ foreign }) => ({ url: ` http://${host(foreign)}/x`, baseURL: '' }),
  ],
  [
    'an absolute URL with backslashes and no base',
    ({ foreign }) => ({ url: `http:\\\\${host(foreign)}\\x`, baseURL: '' }),
  ],
  ['a protocol-relative URL', ({ foreign }) => ({ url: `//${host(foreign)}/x` })],
  ['the API as a user name', ({ api, foreign }) => ({ url: `http://${host(api)}@${host(foreign)}/x` })],
  ['the API before a backslash', ({ api, foreign }) => ({ url: `http://${host(foreign)}\\@${host(api)}/x` })],
  ['a user name and a password', ({ api }) => ({ url: `http://user:password@${host(api)}/x` })],
  ['another port', ({ foreign }) => ({ url: `http://localhost:${foreign.port}/x` })],
  ['its own base URL', ({ foreign }) => ({ url: '/x', baseURL: foreign.origin })],
  [
    'its own base URL that no absolute URL overrides',
    ({ api, foreign }) => ({
      url: `${api.origin}/x`,
      baseURL: foreign.origin,
      allowAbsoluteUrls: false,
    }),
  ],
  ['a protocol-relative base URL', ({ foreign }) => ({ url: '/x', baseURL: `//${host(foreign)}` })],
  ['auth, to elsewhere', ({ foreign }) => ({ url: `${foreign.origin}/x`, auth: { username: 'a', password: 'b' } })],
  ['no token wanted, to elsewhere', ({ foreign }) => ({ url: `${foreign.origin}/x`, contaSimplesAuth: false })],
  ['a proxy', ({ api, foreign }) => ({ url: `${api.origin}/x`, proxy: { host: '127.0.0.1', port: foreign.port } })],
  ['a transport', ({ api, foreign }) => ({ url: `${api.origin}/x`, transport: transportTo(foreign.port) })],
  ['a socket path', ({ api, socketPath }) => ({ url: `${api.origin}/x`, socketPath })],
  ['a lookup', ({ api }) => ({ url: `${api.origin}/x`, lookup: () => ['127.0.0.1'] })],
  [
    'an adapter',
    ({ api, foreign }) => ({
      url: `${api.origin}/x`,
      adapter: (config) => axios.getAdapter('http')({ ...config, url: `${foreign.origin}/x` }),
    }),
  ],
  ['an adapter by name', ({ foreign }) => ({ url: `${foreign.origin}/x`, adapter: 'http' })],
];

describe('a request that would lead the token astray', () => {
  it.each(TRICKS)('is refused by ContaSimplesHttpService before a byte leaves: %s', async (_name, trick) => {
    const { setting, http, api, foreign, emulator } = await prepare();
    const error = await http.axiosRef.request(trick(setting)).catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    expect([api.requests, foreign.requests, emulator.requests]).toEqual([[], [], []]);
  });

  it.each(TRICKS)('goes out from an attached instance without it: %s', async (_name, trick) => {
    const { setting, attached, api, foreign, token, socketPath } = await prepare();
    const unix = await listenOn(socketPath);
    const answer = await attached.request(trick(setting)).catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(answer)).toBe(false);
    const everything = JSON.stringify([api.requests, foreign.requests, unix.seen]);
    expect(everything).not.toContain(token);
    await unix.close();
  });

  it('is refused over its own HTTP/2 connection', async () => {
    const { http, api, foreign } = await prepare();
    const config: AxiosRequestConfig = {
      httpVersion: 2,
      http2Options: { createConnection: () => connect(foreign.port) },
    };
    const error = await http.axiosRef.get(`${api.origin}/x`, config).catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    expect([api.requests, foreign.requests]).toEqual([[], []]);
  });
});

describe('an address that only looks foreign', () => {
  it.each([
    ['backslashes', (at: string) => `\\\\${at}/x`],
    ['a slash and a backslash', (at: string) => `/\\${at}/x`],
    ['a scheme with a tab', (at: string) => `h\tttp://${at}/x`],
    ['white space before the scheme', (at: string) => ` http://${at}/x`],
    ['dots', () => '../../../../x'],
    ['an @ at its start', (at: string) => `@${at}/x`],
  ])('is a path of the base URL, and the token goes there: %s', async (_name, url) => {
    const { attached, api, foreign, token } = await prepare();
    await attached.get(url(host(foreign)));
    expect(api.authorizations).toEqual([`Bearer ${token}`]);
    expect(foreign.requests).toEqual([]);
  });
});

describe('an interceptor of the application', () => {
  const REWRITES: [string, (setting: Setting) => (config: AxiosRequestConfig) => void][] = [
    [
      'the URL',
      ({ foreign }) =>
        (config) =>
          Object.assign(config, { url: `${foreign.origin}/x` }),
    ],
    [
      'the base URL',
      ({ foreign }) =>
        (config) =>
          Object.assign(config, { baseURL: foreign.origin }),
    ],
    [
      'the adapter',
      ({ foreign }) =>
        (config) =>
          Object.assign(config, {
            adapter: (inner: AxiosRequestConfig) => axios({ ...inner, url: `${foreign.origin}/x`, adapter: 'http' }),
          }),
    ],
    [
      'the transport',
      ({ foreign }) =>
        (config) =>
          Object.assign(config, { transport: transportTo(foreign.port) }),
    ],
  ];

  function rewrite(instance: AxiosInstance, change: (config: AxiosRequestConfig) => void) {
    instance.interceptors.request.use((config) => {
      change(config);
      return config;
    });
  }

  it.each(REWRITES)('that rewrites %s gets no token out of ContaSimplesHttpService', async (_name, change) => {
    const { setting, http, foreign, api } = await prepare();
    rewrite(http.axiosRef, change(setting));
    const error = await http.axiosRef.get('/x').catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    expect([api.requests, foreign.requests]).toEqual([[], []]);
  });

  it.each(REWRITES)(
    'that rewrites %s, registered before or after attach(), gets no token either',
    async (_name, change) => {
      const { setting, attached, foreign, token, app, api } = await prepare();
      const before = axios.create({ baseURL: api.origin });
      rewrite(before, change(setting));
      app.get(ContaSimplesAuthInterceptor).attach(before);
      rewrite(attached, change(setting));
      await Promise.allSettled([before.get('/x'), attached.get('/x')]);
      expect(foreign.requests).toHaveLength(2);
      expect(JSON.stringify(foreign.requests)).not.toContain(token);
    },
  );

  it('never sees the token, before or after the request', async () => {
    const { attached, http, emulator, token } = await prepare();
    const seen: unknown[] = [];
    for (const instance of [attached, http.axiosRef]) {
      instance.interceptors.request.use((config) => {
        seen.push(config.headers.toJSON());
        return config;
      });
      instance.interceptors.response.use((response) => {
        seen.push(response.config.headers.toJSON());
        return response;
      });
    }
    await attached.get('/x');
    await http.axiosRef.get('/accounts/v1/balance');
    expect(seen).toHaveLength(4);
    expect(JSON.stringify(seen)).not.toContain(token);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
  });

  it('that sets an Authorization header sends its own', async () => {
    const { attached, api } = await prepare();
    rewrite(attached, (config) => Object.assign(config.headers ?? {}, { Authorization: 'Bearer of-the-interceptor' }));
    await attached.get('/x');
    expect(api.authorizations).toEqual(['Bearer of-the-interceptor']);
  });
});

async function listenOn(path: string) {
  const seen: unknown[] = [];
  const server = createServer(({ headers, url }, response) => {
    seen.push({ headers, url });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(path, { force: true });
  };
  return { seen, close };
}
