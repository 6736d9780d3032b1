import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';
import { boot, closeAll } from './boot.js';
import { closeServers } from './listen.js';
import { type Answer, RecordingServer } from './recording-server.js';

const agents = new Set<Agent>();

/** Paths of the API say how it answers. */
const answer: Answer = (response, { target }) => {
  const status = /^\/status\/(\d+)/.exec(target)?.[1];
  if (status) response.writeHead(Number(status)).end('{"error":"nope"}');
  else if (target === '/reset') response.socket?.resetAndDestroy();
  else if (target === '/break')
    response.writeHead(200, { 'content-length': '1000' }).write('half', () => response.destroy());
  else if (target === '/large') response.end('x'.repeat(100_000));
  else if (target === '/text') response.end('not json');
  else if (target !== '/hang') response.end('{"a":1}');
};

/** The ways in which a request can get its token. */
export const WAYS = [
  'ContaSimplesHttpService',
  'an attached instance',
  'an attached instance with a keep-alive agent',
  'fetch',
] as const;
type Way = (typeof WAYS)[number];

/** An application that has requests under way, and that sends more. */
export async function bootBusy(way: Way) {
  const api = await RecordingServer.start(answer);
  const { app, http, tokens } = await boot({ options: { origins: [api.origin] } });
  const token = await tokens.getAccessToken();
  const instance = way === 'ContaSimplesHttpService' ? http.axiosRef : attached(way);
  if (way !== 'ContaSimplesHttpService') app.get(ContaSimplesAuthInterceptor).attach(instance);
  const url = (path: string) => `${api.origin}${path}`;
  // A token that has worked may be replaced at once.
  await instance.get(url('/x'));
  api.requests.length = 0;
  const leave = new AbortController();
  // Others are under way on the same agent, their raw headers in its sockets.
  const others = [1, 2].map(() => instance.get(url('/hang'), { signal: leave.signal }).catch(() => undefined));
  await api.received(2);
  const finish = async () => {
    leave.abort();
    await Promise.all(others);
  };
  const newToken = () => tokens.getAccessToken();
  return { api, instance, token, newToken, url, finish };
}

function attached(way: Way): AxiosInstance {
  if (way === 'fetch') return axios.create({ adapter: 'fetch' });
  if (way === 'an attached instance') return axios.create();
  const agent = new Agent({ keepAlive: true });
  agents.add(agent);
  return axios.create({ httpAgent: agent });
}

/** For `afterEach`. */
export async function closeBusy(): Promise<void> {
  for (const agent of agents) agent.destroy();
  agents.clear();
  await closeAll();
  await closeServers();
}

/** What a promise was rejected with. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It should have been rejected');
    },
    (reason: unknown) => reason,
  );
}
