import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeServers, listen } from '@support/listen.js';
import type { AxiosAdapter, AxiosInstance, AxiosRequestHeaders, InternalAxiosRequestConfig } from 'axios';
import NodeFormData from 'form-data';
import { bootClients, closeClients, PLAIN } from './clients.js';

afterEach(async () => {
  await closeClients();
  await closeServers();
});

interface Upload {
  readonly client: 'plain' | 'guarded';
  readonly digest: string;
  readonly length: number;
  readonly contentType: string | undefined;
}

/** A server that keeps of each body its length, and its digest with the boundary left out. */
async function start() {
  const uploads: Upload[] = [];
  let refusals = 0;
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET') uploads.push(await upload(request));
    response.writeHead(refusals-- > 0 ? 401 : 200).end('{}');
  });
  const { port } = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  const refuseNext = () => {
    refusals = 1;
  };
  return { ...(await bootClients(origin)), origin, uploads, refuseNext };
}

async function upload(request: IncomingMessage): Promise<Upload> {
  const contentType = request.headers['content-type'];
  const boundary = /boundary=(.+)/.exec(contentType ?? '')?.[1] ?? 'none';
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('latin1');
  const digest = createHash('sha1').update(body.replaceAll(boundary, 'boundary')).digest('hex');
  const client = request.headers.authorization === undefined ? 'plain' : 'guarded';
  return { client, digest, length: body.length, contentType: contentType?.replace(boundary, 'boundary') };
}

/**
 * The time that this process computed, server included, in milliseconds. On a busy machine the wall clock says little, and
 * what blocks the event loop computes.
 */
async function computingTime(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const fields = Object.fromEntries(
  Array.from({ length: 5_000 }, (_unused, index) => [`field ${index}`, `value ${index}`]),
);

const FORMS: Record<string, (client: AxiosInstance, url: string) => Promise<unknown>> = {
  'form-data with 400 parts of 16 KiB': (client, url) => {
    const form = new NodeFormData();
    for (let part = 0; part < 400; part++) form.append(`part ${part}`, Buffer.alloc(16 << 10, part), `${part}.bin`);
    return client.post(url, form);
  },
  'postForm() with 5,000 fields': (client, url) => client.postForm(url, fields),
  'putForm() with a nested object of 5,000 fields': (client, url) => client.putForm(url, { a: [{ fields }] }),
  'FormData with 5,000 fields': (client, url) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return client.post(url, form);
  },
  'FormData with 400 Blobs of 16 KiB': (client, url) => {
    const form = new FormData();
    for (let part = 0; part < 400; part++) form.append(`part ${part}`, new Blob([Buffer.alloc(16 << 10, part)]));
    return client.post(url, form);
  },
  'URLSearchParams with 5,000 fields': (client, url) => client.post(url, new URLSearchParams(fields)),
  'a nested object of 5,000 fields as JSON': (client, url) => client.post(url, { a: [{ fields }] }),
};

describe('a large form', () => {
  it.each(Object.entries(FORMS))('takes at most twice the time that it takes plain axios: %s', async (name, post) => {
    const { clients, origin, uploads, refuseNext } = await start();
    const [plain, service] = [clients[PLAIN], clients.ContaSimplesHttpService];
    await post(service, origin);
    const times = { plain: Infinity, guarded: Infinity, replayed: Infinity };
    // The better of two: garbage may be collected in one of them.
    for (let round = 0; round < 2; round++) {
      times.plain = Math.min(times.plain, await computingTime(() => post(plain, origin)));
      times.guarded = Math.min(times.guarded, await computingTime(() => post(service, origin)));
    }
    refuseNext();
    times.replayed = await computingTime(() => post(service, origin));
    expect(times.guarded).toBeLessThan(2 * times.plain + 100);
    expect(times.replayed).toBeLessThan(3 * times.plain + 200);
    // axios writes the heads of a platform form's parts in another way: replay.spec.ts compares what a server reads.
    const compared = name.startsWith('FormData') ? uploads.filter(({ client }) => client === 'guarded') : uploads;
    expect(uploads).toHaveLength(7);
    expect(new Set(compared.map(({ digest, length, contentType }) => `${digest} ${length} ${contentType}`)).size).toBe(
      1,
    );
  });
});

describe('a large form through an adapter that wraps the attached one', () => {
  it('is sent with plain headers as with those of axios', async () => {
    const { clients, origin, uploads } = await start();
    const attached = clients['an attached instance'];
    const inner = attached.defaults.adapter as AxiosAdapter;
    attached.defaults.adapter = (config: InternalAxiosRequestConfig) =>
      inner({ ...config, headers: { ...config.headers } as unknown as AxiosRequestHeaders });
    for (const bytes of [1_000_000, 1_100_000]) {
      const form = new NodeFormData();
      form.append('file', Buffer.alloc(bytes), { filename: 'file' });
      expect((await attached.post(`${origin}/upload`, form)).status).toBe(200);
    }
    expect(uploads.map(({ client }) => client)).toEqual(['guarded', 'guarded']);
  });
});
