import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { Agent, Headers as OtherHeaders, Request as OtherRequest } from 'undici';

afterEach(async () => {
  await closeAll();
  await closeServers();
});

type Given = [input: unknown, init?: unknown];

/** What is compared: everything but who sends it. */
const OURS = ['authorization', 'user-agent', 'host', 'connection'];

async function prepare() {
  const api = await RecordingServer.start();
  const booted = await boot({ options: { origins: [api.origin] } });
  const token = await booted.tokens.getAccessToken();
  /** The request that arrives, or the name of the error. */
  const outcome = async (call: () => Promise<unknown>) => {
    const before = api.requests.length;
    const error = await call().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const sent = api.requests.slice(before).map(({ method, target, headers, body }) => {
      const rest = Object.entries(headers).filter(([name]) => !OURS.includes(name));
      return { method, target, body: String(body), headers: Object.fromEntries(rest) };
    });
    return { sent, error: error === undefined ? undefined : (error as Error).name };
  };
  return { ...booted, api, token, outcome };
}

const record = { 'X-Order': '7', 'content-type': 'text/x-mine' };

class Subclass extends Request {}

/** An init whose members are on its prototype, as of a class of options. */
class Options {
  get method() {
    return 'PATCH';
  }
  get headers() {
    return record;
  }
  get body() {
    return '{"a":1}';
  }
}

const aborted = () => AbortSignal.abort(new DOMException('enough', 'AbortError'));
const used = (url: string) => {
  const request = new Request(url, { method: 'POST', body: 'used' });
  return request.text().then(() => request);
};

const ALIKE: [string, (url: string) => Given | Promise<Given>][] = [
  ['a Request as init', (url) => [url, new Request(`${url}/other`, { method: 'DELETE', headers: record })]],
  [
    'a Request as init, with a body',
    (url) => [url, new Request(url, { method: 'POST', body: 'bytes', headers: record })],
  ],
  [
    'a Request as init of a Request',
    (url) => [new Request(url, { method: 'PUT', body: 'a' }), new Request(url, { method: 'DELETE' })],
  ],
  ['an init of getters on a prototype', (url) => [url, new Options()]],
  ['an init that inherits', (url) => [url, Object.create({ method: 'PUT', headers: record, body: 'inherited' })]],
  ['an init without a prototype', (url) => [url, Object.assign(Object.create(null), { method: 'PUT', body: 'x' })]],
  ['an init of hidden members', (url) => [url, Object.defineProperty({}, 'method', { value: 'DELETE' })]],
  ['a frozen init', (url) => [url, Object.freeze({ method: 'PUT', headers: Object.freeze({ ...record }), body: 'x' })]],
  ['null', (url) => [url, null]],
  ['undefined members', (url) => [url, { method: undefined, headers: undefined, body: undefined, signal: undefined }]],
  ['a function as init', (url) => [url, Object.assign(() => {}, { method: 'PUT' })]],
  ['a number as init', (url) => [url, 5]],
  ['a string as init', (url) => [url, 'POST']],
  ['headers of another undici', (url) => [url, { headers: new OtherHeaders(record) }]],
  ['headers in a Map', (url) => [url, { headers: new Map(Object.entries(record)) }]],
  [
    'headers in pairs, with one twice',
    (url) => [
      url,
      {
        headers: [
          ['X-A', '1'],
          ['x-a', '2'],
        ],
      },
    ],
  ],
  ['headers in two spellings', (url) => [url, { headers: { 'X-A': '1', 'x-a': '2' } }]],
  ['headers that are null', (url) => [url, { headers: null }]],
  ['headers that are null, with a Request', (url) => [new Request(url, { headers: record }), { headers: null }]],
  ['a header that is none', (url) => [url, { headers: { 'X A': '1' } }]],
  ['a method in lower case', (url) => [url, { method: 'post', body: 'x' }]],
  ['a method in lower case that stays so', (url) => [url, { method: 'patch', body: 'x' }]],
  ['a method that is none', (url) => [url, { method: 'GE T' }]],
  ['a method that is null', (url) => [url, { method: null }]],
  ['a GET with a body', (url) => [url, { body: 'x' }]],
  ['a URL', (url) => [new URL(url)]],
  ['the text of an object', (url) => [{ toString: () => url }]],
  ['an object without a text', () => [{}]],
  ['a Request of another undici', (url) => [new OtherRequest(url, { method: 'DELETE' })]],
  ['white space at the end', (url) => [`${url}  \n`]],
  ['a Request of a subclass', (url) => [new Subclass(url, { method: 'PUT', body: 'sub', headers: record })]],
  [
    'a Request whose headers init replaces',
    (url) => [new Request(url, { headers: record }), { headers: { 'X-B': '1' } }],
  ],
  [
    'a Request whose method init replaces',
    (url) => [new Request(url, { method: 'PUT', body: 'a' }), { method: 'PATCH' }],
  ],
  [
    'a Request with a body, and GET in init',
    (url) => [new Request(url, { method: 'PUT', body: 'a' }), { method: 'GET' }],
  ],
  ['a Request whose body init replaces', (url) => [new Request(url, { method: 'PUT', body: 'a' }), { body: 'b' }]],
  [
    'a Request with a body, and null in init',
    (url) => [new Request(url, { method: 'PUT', body: 'a' }), { body: null }],
  ],
  ['a Request that is used up', async (url) => [await used(url)]],
  ['a Request that is used up, with another body', async (url) => [await used(url), { body: 'new' }]],
  ['a Request that is aborted', (url) => [new Request(url, { signal: aborted() })]],
  ['an aborted Request, and no signal in init', (url) => [new Request(url, { signal: aborted() }), { signal: null }]],
  ['a signal that is aborted', (url) => [url, { signal: aborted() }]],
  ['a stream', (url) => [url, { method: 'POST', body: new Blob(['ab']).stream(), duplex: 'half' }]],
  ['a stream without duplex', (url) => [url, { method: 'POST', body: new Blob(['ab']).stream() }]],
  ['a redirect mode that is none', (url) => [url, { redirect: 'perhaps' }]],
  ['a redirect mode that is null', (url) => [url, { redirect: null }]],
  ['a cache mode that is none', (url) => [url, { cache: 'perhaps' }]],
  [
    'members of every kind',
    (url) => [
      url,
      { credentials: 'omit', cache: 'no-store', mode: 'cors', keepalive: true, referrer: '', integrity: '' },
    ],
  ],
];

describe('tokens.fetch() beside the built-in fetch', () => {
  it.each(ALIKE)('sends the same, or fails alike: %s', async (_what, make) => {
    const { tokens, api, outcome, token } = await prepare();
    const url = `${api.origin}/x?y=1`;
    const fetchOfPlatform = fetch as (...given: unknown[]) => Promise<Response>;
    const fetchOfOurs = tokens.fetch.bind(tokens) as unknown as typeof fetchOfPlatform;
    const [first, second] = [await make(url), await make(url)];
    const expected = await outcome(() => fetchOfPlatform(...first));
    expect(await outcome(() => fetchOfOurs(...second))).toEqual(expected);
    const [, ours] = expected.sent.length > 0 ? api.authorizations : [];
    expect(ours).toBe(expected.sent.length > 0 ? `Bearer ${token}` : undefined);
  });

  it('reads each member of init once', async () => {
    const { tokens, api } = await prepare();
    const read: string[] = [];
    const init = new Proxy({ method: 'POST', body: 'x', headers: record } as Record<string, unknown>, {
      get(target, name) {
        read.push(String(name));
        return target[String(name)];
      },
    });
    await tokens.fetch(`${api.origin}/x`, init);
    expect(new Set(read).size).toBe(read.length);
    expect(api.requests[0]).toMatchObject({ method: 'POST' });
  });

  it('takes a Request, or its init, for the account that is named', async () => {
    const pair = { apiKey: 'key-of-matriz-0001', apiSecret: 'secret-of-matriz-0001' };
    const api = await RecordingServer.start();
    const { tokens } = await boot({
      options: { accounts: { matriz: pair }, origins: [api.origin] },
      emulator: { accounts: [{ name: 'matriz', ...pair }] },
    });
    const bearer = `Bearer ${await tokens.getAccessToken('matriz')}`;
    const request = () => new Request(`${api.origin}/x`, { method: 'DELETE' });
    await tokens.fetch(request(), { account: 'matriz' });
    await tokens.fetch(request(), Object.create({ account: 'matriz' }) as object);
    await tokens.forAccount('matriz').fetch(`${api.origin}/x`, request() as RequestInit);
    expect(api.authorizations).toEqual([bearer, bearer, bearer]);
    expect(api.requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE', 'DELETE']);
  });

  it.each([[undefined], [{ body: null }]])(
    'fails with not_replayable after a 401 to the body of a Request: %j',
    async (init) => {
      const api = await RecordingServer.start((response) => response.writeHead(401).end());
      const { tokens } = await boot({ options: { origins: [api.origin] } });
      const request = new Request(`${api.origin}/x`, { method: 'POST', body: 'once' });
      const error = await rejection(tokens.fetch(request, init));
      expect(isContaSimplesAuthError(error, 'not_replayable')).toBe(true);
      expect(api.requests.map(({ body }) => String(body))).toEqual(['once']);
    },
  );
});

describe('a request of fetch() whose other end cannot be known', () => {
  it.each(['Host', 'host', 'HOST'])('is refused: one with the header %s of another host', async (name) => {
    const { tokens, api, emulator } = await prepare();
    emulator.resetCounts();
    const headers = { [name]: 'elsewhere.example' };
    const url = `${api.origin}/x`;
    const calls = [
      tokens.fetch(url, { headers }),
      tokens.fetch('/x', { headers: new Headers(headers) }),
      tokens.fetch(url, { headers: Object.entries(headers) as [string, string][] }),
      tokens.fetch(new Request(url, { headers })),
      tokens.fetch(url, new Request(url, { headers }) as RequestInit),
    ];
    for (const error of await Promise.all(calls.map(rejection))) {
      expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    }
    expect([api.requests, emulator.requests]).toEqual([[], []]);
    await tokens.fetch(url, { headers: { [name]: new URL(url).host } });
    expect(api.requests).toHaveLength(1);
  });

  it('is not led elsewhere by the dispatcher that a Request carries', async () => {
    const { tokens, api, token } = await prepare();
    const foreign = await RecordingServer.start();
    const dispatcher = new Agent({
      connect: { lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) },
    }).compose((dispatch) => (options, handler) => dispatch({ ...options, origin: foreign.origin }, handler));
    const init = { dispatcher } as unknown as RequestInit;
    await fetch(new Request(`${api.origin}/x`, init));
    expect(foreign.requests).toHaveLength(1);
    await tokens.fetch(new Request(`${api.origin}/x`, init));
    expect(foreign.requests).toHaveLength(1);
    expect(api.authorizations).toEqual([`Bearer ${token}`]);
    await dispatcher.close();
  });
});
