import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { CanaryScanner } from '@support/canaries.js';
import { stopwatch } from '@support/stopwatch.js';
import { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { AppModule } from '../../apps/demo/src/app.module.js';
import { Backend } from '../../apps/demo/src/backend/backend.js';
import { EmulatedBackend } from '../../apps/demo/src/backend/emulated-backend.js';
import { LoadGenerator } from '../../apps/demo/src/dashboard/calls/load-generator.js';
import { DashboardFeed } from '../../apps/demo/src/dashboard/dashboard-feed.js';
import type { Frame, Snapshot } from '../../apps/demo/src/dashboard/frames.js';
import { prepareApp } from '../../apps/demo/src/prepare-app.js';

let emulated: EmulatedBackend;
let app: NestExpressApplication;
let url: string;
const open = new Set<IncomingMessage>();

beforeEach(async () => {
  emulated = await EmulatedBackend.start();
  await start(new Backend(emulated, emulated.accounts));
});

afterEach(async () => {
  for (const stream of open) stream.destroy();
  open.clear();
  await app.close();
  await emulated.emulator.close();
});

async function start(backend: Backend): Promise<void> {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(Backend)
    .useValue(backend)
    .compile();
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  prepareApp(app);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
}

interface Message {
  readonly event: string;
  readonly data: string;
  readonly raw: string;
}

/** The stream as it comes over the socket, message by message. */
async function watch(): Promise<{ response: IncomingMessage; next(): Promise<Message> }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/dashboard/stream`, { agent: false }, resolve).on('error', reject);
  });
  response.on('error', () => {});
  open.add(response);
  response.setEncoding('utf8');
  const chunks = response[Symbol.asyncIterator]();
  let text = '';
  const next = async (): Promise<Message> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const raw = text.slice(0, end);
        text = text.slice(end + 2);
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(raw)?.[1];
        const data = field('data');
        if (data !== undefined) return { event: field('event') ?? '', data, raw };
        continue;
      }
      const { value, done } = await chunks.next();
      if (done) throw new Error('The stream has ended');
      text += String(value);
    }
  };
  return { response, next };
}

const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${url}/dashboard/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function statusOf(path: string): Promise<number> {
  const answer = await fetch(url + path);
  // Read to its end: a server does not close while an answer is half read.
  await answer.arrayBuffer();
  return answer.status;
}

async function frameWhere(stream: { next(): Promise<Message> }, holds: (frame: Frame) => boolean): Promise<Frame> {
  for (;;) {
    const frame = JSON.parse((await stream.next()).data) as Frame;
    if (holds(frame)) return frame;
  }
}

describe('the stream of the dashboard', () => {
  it('begins with a snapshot and goes on with frames of a quarter of a second', async () => {
    const stream = await watch();
    expect(stream.response.headers['content-type']).toBe('text/event-stream');
    const first = await stream.next();
    expect(first).toMatchObject({ event: 'snapshot', raw: expect.stringMatching(/^retry: 1000$/m) });
    const snapshot = JSON.parse(first.data) as Snapshot;
    expect(snapshot).toMatchObject({
      emulated: true,
      rates: [0, 5, 50, 200],
      load: { callsPerSecond: 50 },
      faults: [],
    });
    expect(snapshot.accounts.map(({ account }) => account)).toEqual(['default', 'matriz', 'filial-sp']);
    const times: number[] = [];
    for (let frame = 0; frame < 5; frame++) {
      const message = await stream.next();
      expect(message.event).toBe('frame');
      times.push((JSON.parse(message.data) as Frame).at);
    }
    expect(times.at(-1)).toBeGreaterThan((times[0] ?? 0) + 900);
  });

  it('shows calls, tokens and events that match the counts of the server', async () => {
    const stream = await watch();
    const events: string[] = [];
    const frame = await frameWhere(stream, ({ totals, events: fresh, accounts }) => {
      events.push(...fresh.map(({ type, account }) => `${type} ${account}`));
      return totals.answered >= 30 && accounts.every(({ state }) => state === 'valid');
    });
    expect(new Set(events)).toEqual(new Set(['acquired default', 'acquired matriz', 'acquired filial-sp']));
    expect(frame.totals).toMatchObject({ failed: 0, obtained: 3, failedAttempts: 0, replays: 0 });
    expect(frame.server?.token).toEqual({ total: 3, byStatus: { 200: 3 } });
    expect(frame.server?.resource.byStatus[200]).toBeGreaterThanOrEqual(frame.totals.answered);
  });

  it('gives a page that is opened later the same history, and counts open pages', async () => {
    const first = await watch();
    await frameWhere(first, ({ totals }) => totals.obtained === 3);
    await frameWhere(first, () => true);
    const second = await watch();
    const snapshot = JSON.parse((await second.next()).data) as Snapshot;
    expect(snapshot.events.filter(({ type }) => type === 'acquired')).toHaveLength(3);
    expect(snapshot.history.length).toBeGreaterThan(0);
    expect(app.get(DashboardFeed).watchers).toBe(2);
  });

  it('runs the load only while a page is open', async () => {
    const stream = await watch();
    await frameWhere(stream, ({ totals }) => totals.answered > 0);
    stream.response.destroy();
    const feed = app.get(DashboardFeed);
    while (feed.watchers > 0 || app.get(LoadGenerator).view.inFlight > 0) await new Promise(setImmediate);
    const { total } = emulated.emulator.counts.resource;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(emulated.emulator.counts.resource.total).toBe(total);
  });

  it('ends when the application closes', async () => {
    const stream = await watch();
    await stream.next();
    const ended = expect(frameWhere(stream, () => false)).rejects.toThrow('The stream has ended');
    const elapsedMs = stopwatch();
    await app.close();
    expect(elapsedMs()).toBeLessThan(2_000);
    await ended;
  });

  it('contains no secrets, also during faults', async () => {
    const token = await app.get(ContaSimplesTokenService).getAccessToken('filial-sp');
    const { apiKey, apiSecret } = emulated.emulator.rotate(emulated.vault.read('filial-sp').apiKey);
    const scanner = new CanaryScanner({ token, apiKey, apiSecret, secret: EMULATOR_CREDENTIALS.apiSecret });
    scanner.add('old secret', emulated.vault.read('filial-sp').apiSecret);
    const stream = await watch();
    await post('faults/html', { seconds: 1 });
    await post('faults/revoke');
    const seen: string[] = [];
    for (let message = 0; message < 8; message++) seen.push((await stream.next()).data);
    expect(seen.join()).toContain('sha256:');
    scanner.expectNone(seen.map((text) => ({ channel: 'stream', text })));
  });
});

describe('the buttons', () => {
  it('set the load, and reject any that is not offered', async () => {
    const stream = await watch();
    await expect(post('load', { callsPerSecond: 200 }).then((answer) => answer.json())).resolves.toMatchObject({
      callsPerSecond: 200,
    });
    await frameWhere(stream, ({ load }) => load.callsPerSecond === 200);
    expect((await post('load', { callsPerSecond: 1_000_000 })).status).toBe(400);
    expect((await post('load')).status).toBe(400);
  });

  it('revoke: each account pays one token request, calls are replayed, none fails', async () => {
    const stream = await watch();
    const begun = await frameWhere(stream, ({ accounts }) => accounts.every(({ state }) => state === 'valid'));
    // Only a token that has worked is replaced at once.
    await frameWhere(stream, ({ totals }) => totals.answered >= begun.totals.answered + 20);
    expect((await post('faults/revoke')).status).toBe(202);
    const frame = await frameWhere(stream, ({ totals }) => totals.obtained === 6 && totals.replays >= 3);
    expect(frame.totals.failed).toBe(0);
    expect(frame.accounts.map(({ generation }) => generation)).toEqual([2, 2, 2]);
    expect(frame.server?.token).toEqual({ total: 6, byStatus: { 200: 6 } });
  });

  it('start the guided demo at its first step, with a load, and stop it', async () => {
    await post('load', { callsPerSecond: 0 });
    const stream = await watch();
    expect((await post('story')).status).toBe(202);
    const frame = await frameWhere(stream, ({ story }) => story !== undefined && story.answered > 0);
    expect(frame).toMatchObject({ load: { callsPerSecond: 50 }, story: { step: 'renewal', number: 1, steps: 9 } });
    expect((await fetch(`${url}/dashboard/story`, { method: 'DELETE' })).status).toBe(204);
    await frameWhere(stream, ({ story }) => story === undefined);
  });

  it('reject unknown faults, invalid durations and other sites', async () => {
    expect((await post('faults/constructor')).status).toBe(404);
    expect((await post('faults/outage', { seconds: 3_600 })).status).toBe(400);
    expect((await post('faults/outage', { seconds: '1' })).status).toBe(400);
    expect((await post('faults/outage', {}, { origin: 'https://example.com' })).status).toBe(403);
    expect((await post('faults/outage', {}, { origin: 'null' })).status).toBe(403);
    expect(emulated.emulator.counts.token.byStatus[503]).toBeUndefined();
    expect((await post('faults/revoke', {}, { origin: url })).status).toBe(202);
  });

  it('do nothing with real credentials, and there is no load', async () => {
    await app.close();
    const { baseUrl } = emulated.emulator;
    const real = new Backend(undefined, ['default']);
    Object.defineProperty(real, 'authOptions', { value: { baseUrl, ...EMULATOR_CREDENTIALS } });
    await start(real);
    const stream = await watch();
    const snapshot = JSON.parse((await stream.next()).data) as Snapshot;
    expect(snapshot).toMatchObject({ emulated: false, rates: [0, 1], load: { callsPerSecond: 0 } });
    expect(snapshot.server).toBeUndefined();
    expect((await post('faults/revoke')).status).toBe(404);
    expect((await post('story')).status).toBe(404);
    await frameWhere(stream, () => true);
    expect(emulated.emulator.counts.resource.total).toBe(0);
  });
});

describe('the page', () => {
  it('comes with a policy that lets nothing in from elsewhere, and has no inline script or style', async () => {
    const answer = await fetch(`${url}/`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|https?:\/\//);
    for (const [, path = ''] of html.matchAll(/(?:href|src)="(\/(?:vendor|[\w-]+\.)[^"]*)"/g)) {
      expect({ path, status: await statusOf(path) }).toEqual({ path, status: 200 });
    }
    expect(await statusOf('/vendor/uplot/uPlot.esm.js')).toBe(200);
  });

  it('has docs beside it, which describe the routes and none of the buttons', async () => {
    expect(await statusOf('/docs')).toBe(200);
    const { paths } = (await fetch(`${url}/docs-json`).then((answer) => answer.json())) as { paths: object };
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/balance', '/statements', '/token']));
    expect(Object.keys(paths).filter((path) => path.startsWith('/dashboard'))).toEqual([]);
  });
});
