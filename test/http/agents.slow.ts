import nodeHttp, { Agent, type AgentOptions } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios, { type AxiosRequestConfig } from 'axios';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

const agents = new Set<Agent>();

afterEach(async () => {
  for (const agent of agents) agent.destroy();
  agents.clear();
  await closeAll();
  await closeServers();
});

function kept<T extends Agent>(agent: T): T {
  agents.add(agent);
  return agent;
}

/** An API on this machine over plain http, and another server beside it. */
async function prepare() {
  const api = await RecordingServer.start();
  const foreign = await RecordingServer.start();
  const { app, http, tokens } = await boot({ options: { origins: [api.origin] } });
  const attached = axios.create({ baseURL: api.origin });
  app.get(ContaSimplesAuthInterceptor).attach(attached);
  return { api, foreign, http: http.axiosRef, attached, token: await tokens.getAccessToken() };
}

const withOptions = (options: object) => kept(new Agent(options as AgentOptions));

/** Node's agents take more than their types tell: what they are given comes before the address of the request. */
const LEADING: [string, (port: number) => AxiosRequestConfig][] = [
  ['a port', (port) => ({ httpAgent: withOptions({ port }) })],
  ['a host', () => ({ httpAgent: withOptions({ host: 'localhost' }) })],
  ['a socket path', () => ({ httpAgent: withOptions({ socketPath: '/tmp/none.sock' }) })],
  ['a lookup', () => ({ httpAgent: withOptions({ lookup: () => {} }) })],
  ['a proxy', (port) => ({ httpAgent: withOptions({ proxyEnv: { HTTP_PROXY: `http://127.0.0.1:${port}` } }) })],
  [
    'own connections',
    (port) => {
      class Elsewhere extends Agent {
        override createConnection() {
          return connect(port, '127.0.0.1');
        }
      }
      return { httpAgent: kept(new Elsewhere()) };
    },
  ],
  [
    'own connections, made later',
    (port) => ({ httpAgent: Object.assign(withOptions({}), { createConnection: () => connect(port, '127.0.0.1') }) }),
  ],
  ['a custom addRequest', () => ({ httpAgent: { addRequest: () => {} } })],
  ['a port for HTTP/2', (port) => ({ httpVersion: 2, http2Options: { port } as object })],
];

describe('an agent that may lead a call over plain http elsewhere', () => {
  it.each(LEADING)('is refused by ContaSimplesHttpService: one with %s', async (_what, config) => {
    const { http, api, foreign } = await prepare();
    const error = await rejection(http.get(`${api.origin}/x`, config(foreign.port)));
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    expect([api.requests, foreign.requests]).toEqual([[], []]);
  });

  it.each(LEADING.slice(0, 7))('gets no token from an attached instance: one with %s', async (_what, config) => {
    const { attached, api, foreign, token } = await prepare();
    await attached.get('/x', { ...config(foreign.port), timeout: 500 }).catch(() => undefined);
    expect(JSON.stringify([api.requests, foreign.requests])).not.toContain(token);
  });
});

describe('an agent that only says how connections are kept', () => {
  class Counting extends Agent {}

  it.each([
    ['a plain one', () => withOptions({ keepAlive: true, maxSockets: 4, maxFreeSockets: 2, timeout: 1_000 })],
    ['one of a custom class', () => kept(new Counting({ keepAlive: true, scheduling: 'fifo' }))],
    ['one that leaves things open', () => withOptions({ lookup: undefined, proxyEnv: null, family: 4 })],
  ])('carries the token over plain http: %s', async (_what, make) => {
    const { http, attached, api, token } = await prepare();
    await http.get(`${api.origin}/x`, { httpAgent: make() });
    await attached.get('/x', { httpAgent: make() });
    expect(api.authorizations).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
  });
});

describe("Node's global agent, replaced as packages do that send all requests through a proxy", () => {
  it('does not matter to ContaSimplesHttpService, which has its own agents', async () => {
    const { api, http } = await prepare();
    const { globalAgent } = nodeHttp;
    class Elsewhere extends Agent {
      override createConnection() {
        return connect(1, '127.0.0.1');
      }
    }
    nodeHttp.globalAgent = kept(new Elsewhere());
    try {
      expect((await http.get(`${api.origin}/x`)).status).toBe(200);
    } finally {
      nodeHttp.globalAgent = globalAgent;
    }
  });
});
