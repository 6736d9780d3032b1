import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

async function prepare() {
  const api = await RecordingServer.start();
  const foreign = await RecordingServer.start();
  const booted = await boot({ options: { origins: [api.origin] } });
  const token = await booted.tokens.getAccessToken();
  booted.emulator.resetCounts();
  return { ...booted, api, foreign, token };
}

interface Hosts {
  readonly api: string;
  readonly foreign: string;
}

type Given = [string | URL | Request, (RequestInit & { contaSimplesAuth?: boolean })?];

/** What a dispatcher that leads elsewhere would have to look like. */
const dispatcher = { dispatch: () => true } as unknown as NonNullable<RequestInit['dispatcher']>;

/** Each would lead a request with the token to a stranger, or through one. */
const TRICKS: [string, (hosts: Hosts) => Given][] = [
  ['an absolute URL', ({ foreign }) => [`http://${foreign}/x`]],
  ['an absolute URL in capitals', ({ foreign }) => [`HTTP://${foreign}/x`]],
  ['a URL object', ({ foreign }) => [new URL(`http://${foreign}/x`)]],
  ['a Request', ({ foreign }) => [new Request(`http://${foreign}/x`)]],
  ['a protocol-relative URL', ({ foreign }) => [`//${foreign}/x`]],
  ['the API as a user name', ({ api, foreign }) => [`http://${api}@${foreign}/x`]],
  ['the API before a backslash', ({ api, foreign }) => [`http://${foreign}\\@${api}/x`]],
  ['a user name and a password', ({ api }) => [`http://user:password@${api}/x`]],
  ['another name of this machine', ({ foreign }) => [`http://localhost:${foreign.split(':')[1]}/x`]],
  ['another scheme', ({ api }) => [`https://${api}/x`]],
  ['a data: URL', () => [new URL('data:text/plain,hello')]],
  ['a blob: URL of the API', ({ api }) => [new URL(`blob:http://${api}/9115d58c-bcda-ff47-86e5-083e9a215304`)]],
  ['a dispatcher over plain http', ({ api }) => [`http://${api}/x`, { dispatcher }]],
  [
    "the caller's own credentials, to elsewhere",
    ({ foreign }) => [`http://${foreign}/x`, { headers: { Authorization: 'Bearer of-the-caller' } }],
  ],
  ['no token wanted, to elsewhere', ({ foreign }) => [`http://${foreign}/x`, { contaSimplesAuth: false }]],
];

describe('a request of fetch() that would lead the token astray', () => {
  it.each(TRICKS)('is refused before a byte leaves: %s', async (_name, trick) => {
    const { tokens, api, foreign, emulator } = await prepare();
    const hosts = { api: `127.0.0.1:${api.port}`, foreign: `127.0.0.1:${foreign.port}` };
    const error = await rejection(tokens.fetch(...trick(hosts)));
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    expect([api.requests, foreign.requests, emulator.requests]).toEqual([[], [], []]);
  });

  it('is refused also where a Request says it goes elsewhere than it does', async () => {
    const { tokens, api, foreign } = await prepare();
    const request = new Request(`${foreign.origin}/x`);
    Object.defineProperty(request, 'url', { value: `${api.origin}/x` });
    const error = await rejection(tokens.fetch(request));
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    expect([api.requests, foreign.requests]).toEqual([[], []]);
  });
});

describe('an address of fetch() that only looks foreign', () => {
  it.each([
    ['backslashes', (at: string) => `\\\\${at}/x`],
    ['a slash and a backslash', (at: string) => `/\\${at}/x`],
    ['a scheme with a tab', (at: string) => `h\tttp://${at}/x`],
    ['white space before the scheme', (at: string) => ` http://${at}/x`],
    ['a scheme without slashes', (at: string) => `http:${at}/x`],
    ['dots', () => '../../../../x'],
    ['an @ at its start', (at: string) => `@${at}/x`],
  ])('is a path of the base URL, and the token goes there: %s', async (_name, url) => {
    const { tokens, emulator, foreign } = await prepare();
    await tokens.fetch(url(`127.0.0.1:${foreign.port}`));
    expect(emulator.counts.resource.total).toBe(1);
    expect(foreign.requests).toEqual([]);
  });
});
