import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../emulator.js';
import type { ContaSimplesEmulatorOptions } from '../emulator-options.js';

let emulator: ContaSimplesEmulator;
afterEach(() => emulator.close());

async function start(options: ContaSimplesEmulatorOptions = {}): Promise<void> {
  emulator = await startContaSimplesEmulator(options);
}

type Headers = Record<string, string>;

/** As a browser or another client may send it: `fetch` does not let one set `Host` or `Origin`. */
async function control(method: string, name: string, headers: Headers, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `/__emulator/${name}`;
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request({ host: '127.0.0.1', port: emulator.port, method, path, headers: { ...length, ...headers } });
    sent.on('error', reject).on('response', (response) => {
      buffer(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
    sent.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const FAULT = JSON.stringify({ target: 'token', fault: { status: 503 } });

describe('the control routes and their callers', () => {
  it.each(['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '127.0.0.53', '[::1]'])(
    'answer to %s',
    async (name) => {
      await start();
      for (const host of [name, `${name}:${emulator.port}`]) {
        expect(await control('GET', 'counts', { host })).toBe(200);
      }
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:80@localhost',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
    'localhost:x',
  ])('do not answer to "%s"', async (host) => {
    await start();
    for (const name of ['counts', 'requests']) expect(await control('GET', name, { host })).toBe(403);
    expect(await control('POST', 'revoke', { host })).toBe(403);
    expect(await control('POST', 'faults', { host, ...JSON_TYPE }, FAULT)).toBe(403);
  });

  it('answer to the names that are listed, and to nothing that only looks like them', async () => {
    await start({ controlHosts: ['Emulator', 'ci.internal'] });
    expect(await control('GET', 'counts', { host: 'emulator:4010' })).toBe(200);
    expect(await control('GET', 'counts', { host: 'CI.internal' })).toBe(200);
    expect(await control('GET', 'counts', { host: 'localhost' })).toBe(200);
    expect(await control('GET', 'counts', { host: 'emulator.example' })).toBe(403);
  });

  it.each(['http://emulator', 'emulator:4010', 'a b', '', 7])('cannot be given the name %j', async (name) => {
    await start();
    await expect(startContaSimplesEmulator({ controlHosts: [name as string] })).rejects.toThrow('controlHosts');
  });

  it.each<Headers>([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost' },
    { origin: 'https://HOST' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://HOST', 'sec-fetch-site': 'cross-site' },
  ])('take nothing from a page with %j', async (page) => {
    await start();
    const host = `localhost:${emulator.port}`;
    const headers = Object.fromEntries(
      Object.entries(page).map(([name, value]) => [name, value.replace('HOST', host)]),
    );
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      expect(await control('POST', 'faults', { host, ...headers, 'content-type': type }, FAULT)).toBe(403);
    }
    expect(await control('POST', 'revoke', { host, ...headers })).toBe(403);
    expect(await control('GET', 'requests', { host, ...headers })).toBe(403);
    expect(await control('GET', 'counts', { host })).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    '',
  ])('take no body of the type "%s"', async (type) => {
    await start();
    const headers: Headers = type === '' ? {} : { 'content-type': type };
    expect(await control('POST', 'faults', headers, FAULT)).toBe(415);
    expect(await control('POST', 'faults', { ...headers, ...JSON_TYPE }, FAULT)).toBe(200);
  });

  it('take orders of a page that the emulator itself would serve, and of clients that are no browser', async () => {
    await start();
    const host = `localhost:${emulator.port}`;
    const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect(await control('POST', 'faults', { ...own, 'content-type': 'application/json; charset=utf-8' }, FAULT)).toBe(
      200,
    );
    expect(await control('POST', 'revoke', {})).toBe(200);
    expect(await control('DELETE', 'faults', {})).toBe(200);
  });
});
