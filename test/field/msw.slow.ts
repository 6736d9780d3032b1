import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { delay, HttpResponse, http as on } from 'msw';
import { setupServer } from 'msw/node';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { packageVersion, worksBeside } from './support/works-beside.js';

const API = 'https://api-sandbox.contasimples.com';
const TOKEN_URL = `${API}/oauth/v1/access-token`;
const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
const BASIC = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;

const server = setupServer();
const applications: { close(): Promise<void> }[] = [];
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(async () => {
  delete process.env.HTTPS_PROXY;
  await Promise.all(applications.splice(0).map((application) => application.close()));
  server.resetHandlers();
});
afterAll(() => server.close());

async function open(options: ContaSimplesModuleOptions = {}) {
  const given = { environment: 'sandbox', ...EMULATOR_CREDENTIALS, bootstrap: 'lazy', ...options } as const;
  const app = await bootContext([ContaSimplesAuthModule.forRoot(given)]);
  applications.push(app);
  return { app, tokens: app.get(ContaSimplesTokenService), http: app.get(ContaSimplesHttpService).axiosRef };
}

/** Gives these tokens, one for each request with the right pair. */
function grants(...tokens: string[]) {
  server.use(
    on.post(TOKEN_URL, async ({ request }) => {
      expect(request.headers.get('authorization')).toBe(BASIC);
      expect(await request.text()).toBe('grant_type=client_credentials');
      return HttpResponse.json({ access_token: tokens.shift(), token_type: 'Bearer', expires_in: 1_800 });
    }),
  );
}

worksBeside({ name: 'msw', version: packageVersion('msw') }, (step) => {
  step('token and call', async () => {
    grants('one');
    server.use(
      on.get(`${API}/accounts/v1/balance`, ({ request }) =>
        HttpResponse.json({ seen: request.headers.get('authorization') }),
      ),
    );
    const { http } = await open();
    expect((await http.get('/accounts/v1/balance')).data).toEqual({ seen: 'Bearer one' });
  });

  step('401 and replay', async () => {
    grants('one', 'two');
    server.use(
      on.get(`${API}/before`, () => HttpResponse.json({})),
      on.post(`${API}/x`, async ({ request }) =>
        request.headers.get('authorization') === 'Bearer one'
          ? HttpResponse.json({}, { status: 401 })
          : HttpResponse.json(await request.json()),
      ),
    );
    const { http } = await open();
    // A token that has worked is replaced at once.
    await http.get('/before');
    expect((await http.post('/x', { a: 1 })).data).toEqual({ a: 1 });
  });

  step('`tokens.fetch()`', async () => {
    grants('one');
    server.use(on.get(`${API}/x`, ({ request }) => HttpResponse.json(request.headers.get('authorization'))));
    const { tokens } = await open();
    expect(await (await tokens.fetch('/x')).json()).toBe('Bearer one');
  });

  step('a token request that breaks is `network_error`, also with a proxy set', async () => {
    server.use(on.post(TOKEN_URL, () => HttpResponse.error()));
    for (const proxy of ['none', 'option', 'HTTPS_PROXY']) {
      if (proxy === 'HTTPS_PROXY') process.env.HTTPS_PROXY = 'http://proxy.example:3128';
      const { tokens } = await open(proxy === 'option' ? { proxy: 'http://proxy.example:3128' } : {});
      const failure = await rejection(tokens.getToken());
      expect(isContaSimplesAuthError(failure, 'network_error')).toBe(true);
      expect((failure as Error).message).toContain('api-sandbox.contasimples.com:443');
    }
  });

  step('a token request that is refused', async () => {
    server.use(on.post(TOKEN_URL, () => HttpResponse.json({ error: 'invalid_client' }, { status: 401 })));
    const { tokens } = await open();
    expect(isContaSimplesAuthError(await rejection(tokens.getToken()), 'credentials_rejected')).toBe(true);
  });

  step('a call that breaks is an AxiosError', async () => {
    grants('one');
    server.use(on.get(`${API}/x`, () => HttpResponse.error()));
    const { http } = await open();
    expect(await rejection(http.get('/x'))).toMatchObject({ isAxiosError: true });
  });

  step('close() with a call in flight', async () => {
    grants('one');
    let arrived = () => {};
    const asked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const ended = new AbortController();
    server.use(
      on.get(`${API}/x`, async () => {
        arrived();
        await Promise.race([
          delay('infinite'),
          new Promise((resolve) => ended.signal.addEventListener('abort', resolve)),
        ]);
        return HttpResponse.json({});
      }),
    );
    const { app, http } = await open();
    const call = rejection(http.get('/x'));
    await asked;
    await app.close();
    expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
    ended.abort();
  });
});
