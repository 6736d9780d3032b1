import https, { Agent, createServer } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers, listen } from '@support/listen.js';
import { nodeEnvironment } from '@support/node-environment.js';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import {
  ContaSimplesAuthInterceptor,
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import { CERTIFICATES, TEST_CA } from '../faults/certificates.js';

const TOKEN = 'canary-token-0123456789';
const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED';
/** Ours looks at the one, Node's TLS at the other. */
const environments = [process.env, nodeEnvironment];
const agents = new Set<Agent>();
const apps = new Set<INestApplicationContext>();

afterEach(async () => {
  for (const environment of environments) delete environment[VARIABLE];
  delete https.globalAgent.options.rejectUnauthorized;
  https.globalAgent.destroy();
  for (const agent of agents) agent.destroy();
  agents.clear();
  for (const app of apps) await app.close();
  apps.clear();
  await closeServers();
});

function turnChecksOff(): void {
  for (const environment of environments) environment[VARIABLE] = '0';
}

function agent(options: ConstructorParameters<typeof Agent>[0]): Agent {
  const made = new Agent(options);
  agents.add(made);
  return made;
}

/** An API with a good certificate, of which the module has a token. */
async function prepare() {
  const seen: (string | undefined)[] = [];
  const server = createServer(CERTIFICATES.trusted, (request, response) => {
    const isToken = request.method === 'POST';
    if (!isToken) seen.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').setHeader('connection', 'close');
    response.end(isToken ? JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 1_800 }) : '{}');
  });
  server.on('tlsClientError', () => {});
  const { port } = await listen(server);
  const baseURL = `https://localhost:${port}`;
  const pair = { apiKey: 'key', apiSecret: 'secret' };
  const app = await bootContext([
    ContaSimplesAuthModule.forRoot({ ...pair, baseUrl: baseURL, tls: { ca: TEST_CA }, proxy: false }),
  ]);
  apps.add(app);
  const tokens = app.get(ContaSimplesTokenService);
  await tokens.getToken();
  return {
    seen,
    tokens,
    http: app.get(ContaSimplesHttpService).axiosRef,
    attached: (config: AxiosRequestConfig = {}): AxiosInstance => {
      const instance = axios.create({ baseURL, proxy: false, ...config });
      app.get(ContaSimplesAuthInterceptor).attach(instance);
      return instance;
    },
    /** From now on a server answers that is not trusted. */
    takeOver: () => server.setSecureContext(CERTIFICATES.selfSigned),
  };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

const careless = () => agent({ rejectUnauthorized: false });

/** Each would send the token to any server that answers. */
const WAYS: [string, (api: Prepared) => Promise<unknown>][] = [
  [
    'an agent of the request, through ContaSimplesHttpService',
    ({ http }) => http.get('/x', { httpsAgent: careless() }),
  ],
  [
    'an agent of the defaults of ContaSimplesHttpService',
    ({ http }) => {
      http.defaults.httpsAgent = careless();
      return http.get('/x');
    },
  ],
  ['an agent of an attached instance', ({ attached }) => attached({ httpsAgent: careless() }).get('/x')],
  [
    'the global agent, on an attached instance',
    ({ attached }) => {
      https.globalAgent.options.rejectUnauthorized = false;
      return attached().get('/x');
    },
  ],
  [
    'options of HTTP/2',
    ({ http }) => http.get('/x', { httpVersion: 2, http2Options: { rejectUnauthorized: false } as object }),
  ],
];

const WAYS_OF_THE_VARIABLE: typeof WAYS = [
  ['fetch()', ({ tokens }) => tokens.fetch('/x')],
  ['fetch() of an absolute URL', ({ tokens, http }) => tokens.fetch(`${http.defaults.baseURL}/x`)],
  ['fetch() of a Request', ({ tokens, http }) => tokens.fetch(new Request(`${http.defaults.baseURL}/x`))],
  ['an attached instance', ({ attached }) => attached().get('/x')],
  [
    'an attached instance with an agent that leaves it open',
    ({ attached }) => attached({ httpsAgent: agent({}) }).get('/x'),
  ],
  [
    'an attached instance that goes through fetch',
    ({ attached }) => attached({ adapter: 'fetch', httpsAgent: agent({ rejectUnauthorized: true }) }).get('/x'),
  ],
  ['an agent of the request that leaves it open', ({ http }) => http.get('/x', { httpsAgent: agent({}) })],
];

describe('a call over TLS without a check of the certificate', () => {
  async function expectRefused(call: (api: Prepared) => Promise<unknown>, words: RegExp) {
    const api = await prepare();
    api.takeOver();
    const error = await rejection(call(api));
    expect(api.seen).toEqual([]);
    expect(isContaSimplesAuthError(error, 'tls_error')).toBe(true);
    expect((error as Error).message).toMatch(words);
  }

  it.each(WAYS)('is refused before a byte leaves: %s', (_way, call) =>
    expectRefused(call, /was not sent: .*remove that, .*NODE_EXTRA_CA_CERTS \(account "default"\)/),
  );

  it.each(WAYS_OF_THE_VARIABLE)(`is refused while ${VARIABLE}=0: %s`, (_way, call) => {
    const late = (api: Prepared) => {
      turnChecksOff();
      return call(api);
    };
    return expectRefused(late, /was not sent: NODE_TLS_REJECT_UNAUTHORIZED=0 .*remove it, .*`tls: \{ ca \}`/);
  });

  it('goes out without the token, or with its own credentials', async () => {
    const { http, tokens, seen } = await prepare();
    turnChecksOff();
    await http.get('/x', { httpsAgent: careless(), contaSimplesAuth: false });
    await http.get('/x', { httpsAgent: careless(), headers: { Authorization: 'Bearer of-the-caller' } });
    await tokens.fetch('/x', { contaSimplesAuth: false });
    expect(seen).toEqual([undefined, 'Bearer of-the-caller', undefined]);
  });
});

describe('a call over TLS that is checked', () => {
  const SAFE: typeof WAYS = [
    ['ContaSimplesHttpService', ({ http }) => http.get('/x')],
    [
      'an agent that says so',
      ({ attached }) => attached({ httpsAgent: agent({ ca: TEST_CA, rejectUnauthorized: true }) }).get('/x'),
    ],
  ];

  it.each(SAFE)(`has the token with any value of ${VARIABLE}: %s`, async (_way, call) => {
    const api = await prepare();
    turnChecksOff();
    await call(api);
    expect(api.seen).toEqual([`Bearer ${TOKEN}`]);
  });

  it.each(SAFE)(`gives it to no other server, with any value of ${VARIABLE}: %s`, async (_way, call) => {
    const api = await prepare();
    turnChecksOff();
    api.takeOver();
    expect(await rejection(call(api))).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(api.seen).toEqual([]);
  });

  it('may have an agent that leaves it open, where Node checks', async () => {
    const { attached, seen } = await prepare();
    await attached({ httpsAgent: agent({ ca: TEST_CA }) }).get('/x');
    expect(seen).toEqual([`Bearer ${TOKEN}`]);
  });
});
