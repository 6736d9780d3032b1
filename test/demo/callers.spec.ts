import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ownCallersOnly } from '../../apps/demo/src/callers/own-callers.js';

let server: Server;
let port: number;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function start(names?: string): Promise<void> {
  const check = ownCallersOnly(names);
  server = createServer((incoming, response) => {
    incoming.resume();
    check(incoming, response, () => response.end('served'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
}

async function call(method: string, headers: Record<string, string>, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const length: Record<string, string> = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request({ host: '127.0.0.1', port, method, path: '/balance', headers: { ...length, ...headers } });
    sent.on('error', reject).on('response', (response) => {
      buffer(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
    sent.end(body);
  });
}

const own = (headers: Record<string, string> = {}) => ({ host: `localhost:${port}`, ...headers });

describe('the callers of the demo', () => {
  it.each(['localhost', '127.0.0.1', '[::1]', 'LocalHost', 'localhost.'])('name this machine: %s', async (name) => {
    await start();
    expect(await call('GET', { host: name })).toBe(200);
    expect(await call('GET', { host: `${name}:${port}` })).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example', '192.168.0.7', 'a@localhost', '[::2]'])(
    'are refused where they name %s',
    async (host) => {
      await start();
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) expect(await call(method, { host })).toBe(403);
    },
  );

  it('may name what DEMO_HOSTS lists', async () => {
    await start(' demo.internal, Box ');
    expect(await call('GET', { host: 'DEMO.internal:3000' })).toBe(200);
    expect(await call('GET', { host: 'box' })).toBe(200);
    expect(await call('GET', { host: 'other' })).toBe(403);
  });

  it.each([
    ['GET', { origin: 'http://evil.example' }],
    ['GET', { origin: 'null' }],
    ['GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
    ['POST', { origin: 'null' }],
    ['POST', { origin: 'http://localhost' }],
    ['POST', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['DELETE', { origin: 'http://evil.example' }],
  ] as const)('are not pages of other sites: %s %j', async (method, headers) => {
    await start();
    expect(await call(method, own(headers))).toBe(403);
  });

  it('are the demo itself, a typed address, a link, and clients that are no browser', async () => {
    await start();
    const page = { origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin' };
    expect(await call('POST', own({ ...page, 'content-type': 'application/json' }), '{}')).toBe(200);
    expect(await call('DELETE', own(page))).toBe(200);
    expect(await call('GET', own({ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }))).toBe(200);
    expect(await call('GET', own({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }))).toBe(200);
    expect(await call('POST', own())).toBe(200);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'send no body of the type %s',
    async (type) => {
      await start();
      expect(await call('POST', own({ 'content-type': type }), '{}')).toBe(415);
    },
  );
});
