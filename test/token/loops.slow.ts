import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import axios from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';

/** The minimum interval is a tenth of the lifetime. */
const TTL_SECONDS = 6;
const INTERVAL_MS = 600;
const RUN_MS = 1_500;
/** A request that was held up on its way seems to be closer to the next one. */
const SLACK_MS = 200;

afterEach(async () => {
  await closeAll();
  await closeServers();
});

/** An application beside an API with one route that works and one that always answers 401. */
async function start() {
  const api = await RecordingServer.start((response, { target }) =>
    response.writeHead(target === '/dead' ? 401 : 200).end('{}'),
  );
  const booted = await boot({ options: { origins: [api.origin] }, emulator: { tokenTtlSeconds: TTL_SECONDS } });
  const attached = axios.create({ validateStatus: () => true });
  booted.app.get(ContaSimplesAuthInterceptor).attach(attached, { origins: [api.origin] });
  await booted.http.axiosRef.get(`${api.origin}/good`);
  return { ...booted, attached, dead: `${api.origin}/dead`, good: `${api.origin}/good` };
}

type Started = Awaited<ReturnType<typeof start>>;

const stream = () => Readable.from(['{}']);
const webStream = () => new Blob(['{}']).stream();

const LOOPS: [string, (started: Started) => Promise<unknown>][] = [
  ['streams of the service to a dead route', ({ http, dead }) => http.axiosRef.post(dead, stream())],
  ['streams of an attached instance to a dead route', ({ attached, dead }) => attached.post(dead, stream())],
  [
    'streams of fetch() to a dead route',
    ({ tokens, dead }) => tokens.fetch(dead, { method: 'POST', body: webStream(), duplex: 'half' } as RequestInit),
  ],
  ['calls of a dead route that can be sent again', ({ http, dead }) => http.axiosRef.get(dead)],
  ['invalidate()', async ({ tokens }) => tokens.invalidate(await tokens.getToken())],
  ['refresh()', ({ tokens }) => tokens.refresh()],
];

describe('in a loop, beside a route that works', () => {
  it.each(LOOPS)(
    '%s cost one token request in a minimum interval, and one more',
    async (_what, act) => {
      const started = await start();
      const { emulator, http, good } = started;
      const startedAt = performance.now();
      const isOver = () => performance.now() - startedAt > RUN_MS;
      const loop = async (call: () => Promise<unknown>) => {
        while (!isOver()) {
          await call();
          await delay(5);
        }
      };
      await Promise.all([
        loop(() => act(started).catch(() => {})),
        loop(async () => expect((await http.axiosRef.get(good)).status).toBe(200)),
      ]);
      const times = emulator.requests.filter(({ kind }) => kind === 'token').map((request) => request.startedAt);
      const elapsedMs = (times.at(-1) ?? 0) - (times[0] ?? 0) + SLACK_MS;
      expect(times.length).toBeLessThanOrEqual(elapsedMs / INTERVAL_MS + 2);
    },
    30_000,
  );
});
