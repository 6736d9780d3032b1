import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import axios, { type AxiosAdapter, AxiosError, type AxiosInstance } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(closeAll);

/** The types of axios-mock-adapter are of the build for `require()`, and are not compatible with those for `import`. */
const mocked = (instance: AxiosInstance, options?: ConstructorParameters<typeof MockAdapter>[1]) =>
  new MockAdapter(instance as never, options);

type Outcome = Record<string, unknown>;

/** What a caller can tell of an answer or an error, the same for both kinds of instance. */
async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  const seen = (value: unknown): Outcome => {
    const { status, statusText, data, headers } = value as Outcome;
    return { status, statusText, data, headers: headers && { ...(headers as object) } };
  };
  try {
    return seen(await call);
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error };
    const { name, message, code, response, status } = error as AxiosError;
    return { name, message, code, status, response: response && seen(response) };
  }
}

async function bootBoth() {
  const { app, emulator } = await boot();
  const interceptor = app.get(ContaSimplesAuthInterceptor);
  const make = () => axios.create({ baseURL: emulator.baseUrl });
  return { interceptor, emulator, plain: make(), attached: make() };
}

type Prepare = (mock: MockAdapter) => void;
type Call = (instance: AxiosInstance) => Promise<unknown>;

const CASES: readonly (readonly [string, Prepare, Call])[] = [
  ['no handler', () => {}, (http) => http.get('/nowhere')],
  ['a relative handler', (mock) => mock.onGet('/balance').reply(200, { amount: 1 }), (http) => http.get('/balance')],
  [
    'a relative handler for an address in full',
    (mock) => mock.onGet('/cards').reply(200, 'x'),
    (http) => http.get(`${http.defaults.baseURL}/cards`),
  ],
  ['a handler without a slash', (mock) => mock.onGet('balance').reply(200, 'x'), (http) => http.get('balance')],
  ['a handler with a query', (mock) => mock.onGet('/a?b=1').reply(200, 'x'), (http) => http.get('/a?b=1')],
  ['a path with a space', (mock) => mock.onGet('/a b/ã').reply(200, 'x'), (http) => http.get('/a b/ã')],
  ['an empty path', (mock) => mock.onGet('').reply(200, 'x'), (http) => http.get('')],
  ['two slashes', (mock) => mock.onGet('/a//b').reply(200, 'x'), (http) => http.get('/a//b')],
  [
    'a base URL with a path and a slash',
    (mock) => mock.onGet(/^\/cards\/\d+$/).reply(200, 'x'),
    (http) => http.get('/cards/12', { baseURL: `${http.defaults.baseURL}/V1/` }),
  ],
  [
    'a handler in full for a relative call',
    (mock) => mock.onGet(/^http.*\/cards$/).reply(200, 'x'),
    (http) => http.get('/cards'),
  ],
  ['an expression', (mock) => mock.onGet(/^\/cards\/\d+$/).reply(200, 'x'), (http) => http.get('/cards/12')],
  [
    'params',
    (mock) => mock.onGet('/a', { params: { page: 2 } }).reply(200, 'x'),
    (http) => http.get('/a', { params: { page: 2 } }),
  ],
  ['a body', (mock) => mock.onPost('/a', { b: 1 }).reply(201, { id: 7 }), (http) => http.post('/a', { b: 1 })],
  [
    'an address in full',
    (mock) => mock.onGet('http://127.0.0.1:1/x').reply(200, 'x'),
    (http) => http.get('http://127.0.0.1:1/x'),
  ],
  ['a 500 without headers', (mock) => mock.onGet('/a').reply(500), (http) => http.get('/a')],
  ['headers', (mock) => mock.onGet('/a').reply(200, 'x', { 'x-a': '1' }), (http) => http.get('/a')],
  ['a 503 with headers', (mock) => mock.onGet('/a').reply(503, 'x', { 'x-a': '1' }), (http) => http.get('/a')],
  ['a network error', (mock) => mock.onGet('/a').networkError(), (http) => http.get('/a')],
  ['a time-out', (mock) => mock.onGet('/a').timeout(), (http) => http.get('/a', { timeout: 500 })],
  ['an aborted request', (mock) => mock.onGet('/a').abortRequest(), (http) => http.get('/a')],
  [
    'without the token',
    (mock) => mock.onGet('/a').reply(200, 'x'),
    (http) => http.get('/a', { contaSimplesAuth: false }),
  ],
];

describe('an attached instance and axios-mock-adapter', () => {
  it.each(CASES)('mocked before attach(), answers as a plain one: %s', async (_name, prepare, call) => {
    const { interceptor, plain, attached } = await bootBoth();
    prepare(mocked(plain));
    prepare(mocked(attached));
    interceptor.attach(attached);
    expect(await outcomeOf(call(attached))).toEqual(await outcomeOf(call(plain)));
  });

  it.each(CASES)('mocked after attach(), answers as a plain one: %s', async (_name, prepare, call) => {
    const { interceptor, plain, attached, emulator } = await bootBoth();
    prepare(mocked(plain));
    interceptor.attach(attached);
    prepare(mocked(attached));
    expect(await outcomeOf(call(attached))).toEqual(await outcomeOf(call(plain)));
    expect(emulator.counts.resource.total).toBe(0);
  });

  it('mocked before attach(): the mock sees the token, and a 401 gets another one', async () => {
    const { interceptor, attached, emulator } = await bootBoth();
    const mock = mocked(attached);
    mock.onGet('/balance').replyOnce(401).onGet('/balance').reply(200, { amount: 2 });
    interceptor.attach(attached);
    // The shortest interval between two token requests: 250 ms.
    emulator.tokenTtlSeconds = 2;
    expect((await attached.get('/balance')).data).toEqual({ amount: 2 });
    const [first, second] = mock.history.get.map(({ headers, url }) => [url, headers?.Authorization]);
    expect(first?.[1]).toMatch(/^Bearer ./);
    expect(second?.[1]).not.toEqual(first?.[1]);
    expect(emulator.counts.token.total).toBe(2);
  });

  it('mocked after attach(), its passThrough() goes out with the token', async () => {
    const { interceptor, attached, emulator } = await bootBoth();
    interceptor.attach(attached);
    const mock = mocked(attached, { onNoMatch: 'passthrough' });
    expect((await attached.get('/accounts/v1/balance')).status).toBe(200);
    mock.restore();
    expect((await attached.get('/accounts/v1/balance')).status).toBe(200);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 2 });
  });

  it('mocked before attach(), its passThrough() goes out with the token, which the answer does not show', async () => {
    const { interceptor, attached, emulator } = await bootBoth();
    mocked(attached, { onNoMatch: 'passthrough' });
    interceptor.attach(attached);
    const { status, config } = await attached.get('/accounts/v1/balance');
    expect(status).toBe(200);
    expect(JSON.stringify(config)).not.toContain('Bearer');
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
  });
});

const ADAPTERS: readonly (readonly [string, AxiosAdapter])[] = [
  ['an answer of nothing but a status', async () => ({ status: 204 }) as never],
  ['an empty object', async () => ({}) as never],
  [
    'an error without headers',
    async (config) => Promise.reject(new AxiosError('no', 'E', config, null, { status: 404 } as never)),
  ],
  [
    'headers of null',
    async (config) => Promise.reject(new AxiosError('no', 'E', config, {}, { status: 500, headers: null } as never)),
  ],
  ['a plain error', () => Promise.reject(new TypeError('odd'))],
  ['a rejection with a string', () => Promise.reject('odd')],
  ['a rejection with nothing', () => Promise.reject(undefined)],
  ['a frozen error', () => Promise.reject(Object.freeze(new Error('cold')))],
];

describe('an attached instance and an adapter of the application', () => {
  it.each(ADAPTERS)('that gives %s, does as a plain instance does', async (_name, adapter) => {
    const { interceptor, plain, attached } = await bootBoth();
    plain.defaults.adapter = adapter;
    attached.defaults.adapter = adapter;
    interceptor.attach(attached);
    expect(await outcomeOf(attached.get('/a'))).toEqual(await outcomeOf(plain.get('/a')));
  });

  it.each([undefined, null])('that gives %s, fails as a plain instance does', async (answer) => {
    const { interceptor, attached } = await bootBoth();
    attached.defaults.adapter = async () => answer as never;
    interceptor.attach(attached);
    await expect(attached.get('/a')).rejects.toThrow(TypeError);
  });
});

describe('ContaSimplesHttpService and axios-mock-adapter', () => {
  it('refuses the call and says how the service is tested', async () => {
    const { http, emulator } = await boot();
    mocked(http.axiosRef).onGet('/balance').reply(200);
    const error = await http.axiosRef.get('/balance').catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(error, 'untrusted_origin')).toBe(true);
    const { message } = error as Error;
    expect(message).toMatch(
      /axios-mock-adapter.*FakeContaSimplesHttpService|FakeContaSimplesHttpService.*axios-mock-adapter/,
    );
    expect(message).not.toContain('`origins`');
    expect(emulator.counts.resource.total).toBe(0);
  });

  it('says the same of an adapter for one request', async () => {
    const { http } = await boot();
    const adapter: AxiosAdapter = async (config) => ({ status: 200, statusText: '', headers: {}, data: '', config });
    await expect(http.axiosRef.get('/balance', { adapter })).rejects.toThrow('FakeContaSimplesHttpService');
  });
});
