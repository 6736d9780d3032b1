import { lookup } from 'node:dns';
import https, { Agent, type AgentOptions } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { closeTlsApps, prepareTwoServers, type TwoServers } from '@support/two-servers.js';
import axios, { AxiosHeaders, type AxiosRequestConfig } from 'axios';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { TEST_CA } from '../faults/certificates.js';

const agents = new Set<Agent>();
const { globalAgent } = https;

afterEach(async () => {
  https.globalAgent = globalAgent;
  for (const name of ['servername', 'checkServerIdentity', 'host', 'ca', 'rejectUnauthorized'] as const) {
    delete globalAgent.options[name];
  }
  globalAgent.destroy();
  for (const agent of agents) agent.destroy();
  agents.clear();
  await closeTlsApps();
  await closeServers();
});

function kept<T extends Agent>(agent: T): T {
  agents.add(agent);
  return agent;
}

/** Agents take more than their types tell: what they are given comes before what the request says. */
const agent = (options: object) => kept(new Agent({ ca: TEST_CA, ...options } as AgentOptions));

type Connect = (options: object, callback: (...given: unknown[]) => void) => unknown;

/** An agent of a class that makes its connections in this way. */
function connecting(connect: Connect): Agent {
  const made = agent({});
  return Object.assign(made, { createConnection: connect }) as unknown as Agent;
}

const standard = (made: Agent, options: object) =>
  Reflect.apply(Reflect.get(Agent.prototype, 'createConnection'), made, [options]);

/** A class of agents, with the certificate checked against another name. */
class OtherName extends Agent {
  override createConnection(options: object) {
    return standard(this, { ...options, servername: 'localhost' });
  }
}

const withHost =
  (headers: object) =>
  ({ byAddress: url }: TwoServers): AxiosRequestConfig => ({
    url,
    lookup: lookup as unknown as NonNullable<AxiosRequestConfig['lookup']>,
    httpsAgent: agent({}),
    headers: headers as NonNullable<AxiosRequestConfig['headers']> & AxiosHeaders,
  });

const withAgent =
  (make: (api: TwoServers) => object) =>
  (api: TwoServers): AxiosRequestConfig => ({
    url: api.byAddress,
    httpsAgent: make(api),
  });

const withHttp2 =
  (make: (api: TwoServers) => object) =>
  (api: TwoServers): AxiosRequestConfig => ({
    url: api.byAddress,
    httpVersion: 2,
    http2Options: { ca: TEST_CA, ...make(api) } as object,
  });

/** Each would send the token to a server that has not shown that it is the one of the address. */
const TRICKS: [string, (api: TwoServers) => AxiosRequestConfig][] = [
  ['a Host header', withHost({ Host: 'localhost' })],
  ['a Host header with the port', (api) => withHost({ host: `localhost:${api.api.port}` })(api)],
  ['a Host header in capitals', withHost({ HOST: 'LOCALHOST' })],
  ['a Host header in AxiosHeaders', withHost(new AxiosHeaders({ hOsT: 'localhost' }))],
  ['a Host header in a list', withHost({ Host: ['localhost'] })],
  ['a header :authority', withHost({ ':authority': 'localhost' })],
  ['an agent with a servername', withAgent(() => agent({ servername: 'localhost' }))],
  ['an agent with checkServerIdentity', withAgent(() => agent({ checkServerIdentity: () => undefined }))],
  ['an agent with a host', withAgent(() => agent({ host: 'localhost' }))],
  ['an agent with a port', withAgent(({ stranger }) => agent({ port: stranger.port, servername: 'other.example' }))],
  ['an agent with a socket path', withAgent(() => agent({ socketPath: '/tmp/none.sock' }))],
  [
    'an agent with a socket',
    withAgent(({ api }) =>
      agent({
        socket: connectPlain(api.port, '127.0.0.1').on('error', () => {}),
        checkServerIdentity: () => undefined,
      }),
    ),
  ],
  ['an agent with a session', withAgent(() => agent({ session: Buffer.from('none') }))],
  ['an agent of a class that expects another name', withAgent(() => kept(new OtherName({ ca: TEST_CA })))],
  [
    'an agent that connects elsewhere',
    withAgent(({ stranger: { port } }) =>
      connecting((options) => connectTls({ ...options, port, servername: 'other.example' })),
    ),
  ],
  [
    'an agent that connects elsewhere, later',
    withAgent(({ stranger: { port } }) =>
      connecting((options, done) => {
        const socket = connectTls({ ...options, port, servername: 'other.example' }, () => done(null, socket));
      }),
    ),
  ],
  [
    'an agent that does not check',
    withAgent(({ stranger: { port } }) =>
      connecting((options) => connectTls({ ...options, port, rejectUnauthorized: false })),
    ),
  ],
  ['an agent without TLS', withAgent(({ stranger: { port } }) => connecting(() => connectPlain(port, '127.0.0.1')))],
  ['HTTP/2 with a servername', withHttp2(() => ({ servername: 'localhost' }))],
  ['HTTP/2 with checkServerIdentity', withHttp2(() => ({ checkServerIdentity: () => undefined }))],
  ['HTTP/2 with a host', withHttp2(() => ({ host: 'localhost' }))],
  ['HTTP/2 with a session', withHttp2(() => ({ session: Buffer.from('none') }))],
  [
    'a custom fetch',
    ({ byAddress: url }) => ({ url, adapter: 'fetch', env: { fetch: async () => new Response('{}') } }),
  ],
];

describe('a request over TLS that another server could answer', () => {
  it.each(TRICKS)('is refused by ContaSimplesHttpService: one with %s', async (_what, trick) => {
    const prepared = await prepareTwoServers();
    const { adapter: _of, ...config } = trick(prepared);
    const error = await rejection(prepared.http.request(config));
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    expect([prepared.api.seen, prepared.stranger.seen]).toEqual([[], []]);
  });

  it.each(TRICKS)('has no token from an attached instance: one with %s', async (_what, trick) => {
    const prepared = await prepareTwoServers();
    const { adapter = 'http', ...config } = trick(prepared);
    const error = await rejection(prepared.attached({ adapter }).request(config)).catch(() => undefined);
    expect(isContaSimplesAuthError(error)).toBe(false);
    expect([...prepared.api.seen, ...prepared.stranger.seen].filter(Boolean)).toEqual([]);
  });

  it('is refused where an interceptor or the defaults name the other host', async () => {
    const { http, api, byAddress } = await prepareTwoServers();
    http.defaults.httpsAgent = agent({});
    for (const defaults of [http.defaults.headers.common, http.defaults.headers.get] as Record<string, string>[]) {
      defaults.Host = 'localhost';
      expect(isContaSimplesAuthError(await rejection(http.get(byAddress)), 'untrusted_origin')).toBe(true);
      delete defaults.Host;
    }
    http.interceptors.request.use((config) => {
      config.headers.set('Host', 'localhost');
      return config;
    });
    expect(isContaSimplesAuthError(await rejection(http.get(byAddress)), 'untrusted_origin')).toBe(true);
    expect(api.seen).toEqual([]);
  });

  it('is refused where an agent hands out connections that it has made to another server', async () => {
    class OneName extends Agent {
      override getName() {
        return 'all the same';
      }
    }
    const shared = kept(new OneName({ ca: TEST_CA, keepAlive: true }));
    const { http, attached, baseURL, api, stranger, bearer } = await prepareTwoServers();
    const warm = () =>
      axios.get(`https://other.example:${stranger.port}/`, {
        proxy: false,
        httpsAgent: shared,
        lookup: async () => ['127.0.0.1', 4] as [string, 4],
      });
    await warm();
    const error = await rejection(http.get('/x', { httpsAgent: shared }));
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    await warm();
    await attached({ httpsAgent: shared }).post('/x', { a: 1 });
    expect(stranger.seen).toEqual([undefined, undefined]);
    const other = kept(new OneName({ ca: TEST_CA, keepAlive: true }));
    for (let call = 0; call < 2; call++) await http.get('/x', { baseURL, httpsAgent: other });
    expect(api.seen.slice(-2)).toEqual([bearer, bearer]);
  });

  it.each<[string, (api: TwoServers) => void]>([
    ['with a servername', () => Object.assign(globalAgent.options, { servername: 'localhost' })],
    ['with checkServerIdentity', () => Object.assign(globalAgent.options, { checkServerIdentity: () => undefined })],
    [
      'of a custom class',
      () => {
        https.globalAgent = kept(new OtherName({ ca: TEST_CA }));
      },
    ],
  ])('has no token from an attached instance: over a global agent %s', async (_what, change) => {
    const prepared = await prepareTwoServers();
    globalAgent.options.ca = TEST_CA;
    change(prepared);
    await prepared.attached().get(prepared.byAddress);
    expect(prepared.api.seen).toEqual([undefined]);
  });
});

describe('a request over TLS to the server of its address', () => {
  it.each<[string, (api: TwoServers) => AxiosRequestConfig]>([
    ['the Host header of its address', ({ api }) => ({ headers: { Host: `LocalHost:${api.port}` } })],
    ['a custom lookup', () => ({ lookup: async () => ['127.0.0.1', 4] as [string, 4] })],
    [
      'an agent that says what the address says',
      ({ api }) => ({ httpsAgent: agent({ servername: 'localhost', host: 'localhost', port: api.port }) }),
    ],
    ['an agent of a custom class', () => ({ httpsAgent: kept(new OtherName({ ca: TEST_CA, keepAlive: true })) })],
    ['an agent with a lookup', () => ({ httpsAgent: agent({ lookup, family: 4 }) })],
  ])('has the token: one with %s', async (_what, config) => {
    const prepared = await prepareTwoServers();
    const given = { httpsAgent: agent({}), ...config(prepared) };
    for (let call = 0; call < 2; call++) {
      await prepared.http.post('/x', { a: 1 }, given);
      await prepared.attached().post('/x', { a: 1 }, given);
    }
    expect(prepared.api.seen).toEqual(Array(4).fill(prepared.bearer));
  });

  it('has the token over an agent of a custom class that others have used before', async () => {
    class Ordinary extends Agent {
      override createConnection(options: object) {
        return standard(this, options);
      }
    }
    const shared = kept(new Ordinary({ ca: TEST_CA, keepAlive: true }));
    const { attached, api, baseURL, bearer } = await prepareTwoServers();
    const plain = () => axios.get(baseURL, { proxy: false, httpsAgent: shared });
    await plain();
    // These resume the session of the first: Node shows no certificate for them.
    await Promise.all([plain(), plain(), plain()]);
    const instance = attached({ httpsAgent: shared });
    await Promise.all([1, 2, 3, 4].map(() => instance.get('/x')));
    expect(api.seen.slice(4)).toEqual(Array(4).fill(bearer));
  });
});
