import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, expect } from '@jest/globals';
import { CanaryScanner, printedEverywhere } from '@support/canaries.js';
import { listen } from '@support/listen.js';
import NodeFormData from 'form-data';
import { bootClients, closeClients, GUARDED, PLAIN } from '../http/clients.js';
import { UploadServer } from '../http/upload-server.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

afterEach(closeClients);

const CSV = 'date;amount\n2026-01-01;1\n'.repeat(2_000);

/** A server with documents to download. */
async function startDownloads(): Promise<string> {
  const server = createServer((request, response) => {
    const type = { 'content-type': 'text/csv; charset=utf-8' };
    const packed = gzipSync(CSV);
    if (request.url?.startsWith('/packed')) {
      response.writeHead(200, { ...type, 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
    } else if (request.url?.startsWith('/chunked')) response.writeHead(200, type).end(CSV);
    else response.writeHead(200, { ...type, 'content-length': Buffer.byteLength(CSV) }).end(CSV);
  });
  return `http://127.0.0.1:${(await listen(server)).port}`;
}

function formOf(append: (form: NodeFormData) => void): NodeFormData {
  const form = new NodeFormData();
  form.setBoundary('the-boundary-of-this-form');
  append(form);
  return form;
}

worksBeside({ name: 'form-data', version: packageVersion('form-data') }, (step) => {
  step('a streamed answer is uploaded again with the name, type and length that plain axios sends', async () => {
    const downloads = await startDownloads();
    const uploads = await UploadServer.start();
    const { clients, token } = await bootClients(downloads);
    for (const path of ['/statement.csv?month=1', '/packed/statement.csv', '/chunked/statement.csv']) {
      const sent: unknown[] = [];
      for (const name of [PLAIN, ...GUARDED] as const) {
        const { data } = await clients[name].get<Readable>(`${downloads}${path}`, { responseType: 'stream' });
        const form = formOf((it) => it.append('file', data));
        await clients[PLAIN].post(`${uploads.origin}/take`, form);
        const { headers, body } = uploads.uploads.at(-1) ?? {};
        sent.push({ length: headers?.['content-length'], type: headers?.['content-type'], body: body?.toString() });
        if (name !== PLAIN)
          new CanaryScanner({ token }).expectNone([...printedEverywhere(data), ...printedEverywhere(form)]);
      }
      for (const upload of sent.slice(1)) expect(upload).toEqual(sent[0]);
    }
  });

  step('a form with a stream arrives byte for byte, with its type and length', async () => {
    const server = await UploadServer.start();
    const { clients, token } = await bootClients(server.origin);
    const forms: ((form: NodeFormData) => void)[] = [
      (form) => form.append('file', Readable.from([CSV]), { filename: 'a.csv', knownLength: CSV.length }),
      (form) => form.append('file', Readable.from([CSV]), 'a.csv'),
    ];
    for (const append of forms) {
      const sent: unknown[] = [];
      for (const name of [PLAIN, ...GUARDED] as const) {
        const form = formOf(append);
        await clients[name].post(`${server.origin}/take`, form);
        const { headers, body } = server.uploads.at(-1) ?? {};
        sent.push({ length: headers?.['content-length'], type: headers?.['content-type'], body: body?.toString() });
        if (name !== PLAIN) new CanaryScanner({ token }).expectNone(printedEverywhere(form));
      }
      for (const upload of sent.slice(1)) expect(upload).toEqual(sent[0]);
    }
  });

  step('a form of strings and Buffers is replayed after a 401, byte for byte', async () => {
    let refusals = 0;
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(refusals-- > 0 ? 401 : 200).end('{}');
    });
    const origin = `http://127.0.0.1:${(await listen(server)).port}`;
    const { clients } = await bootClients(origin);
    const form = () =>
      formOf((it) => {
        it.append('note', 'ünë');
        it.append('empty', '');
        it.append('file', Buffer.from(CSV), { filename: 'a.csv', contentType: 'text/csv' });
      });
    await clients[PLAIN].post(origin, form());
    await clients.ContaSimplesHttpService.get(origin);
    refusals = 1;
    await clients.ContaSimplesHttpService.post(origin, form());
    const [plain, , first, second] = bodies;
    expect(first).toBe(plain);
    expect(second).toBe(plain);
  });
});
