import { afterEach, beforeEach, expect } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import nock from 'nock';
import { packageVersion, worksBeside } from './support/works-beside.js';

/* Jest gives each file its own modules: what nock changes in node:http is undone by restore(). */

const API = 'https://api-sandbox.contasimples.com';
const PATH = '/oauth/v1/access-token';
const { apiKey: user = '', apiSecret: pass = '' } = EMULATOR_CREDENTIALS;

const applications: { close(): Promise<void> }[] = [];
beforeEach(() => {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
});
afterEach(async () => {
  delete process.env.HTTPS_PROXY;
  await Promise.all(applications.splice(0).map((application) => application.close()));
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
});

async function open(options: ContaSimplesModuleOptions = {}) {
  const given = { environment: 'sandbox', ...EMULATOR_CREDENTIALS, bootstrap: 'lazy', ...options } as const;
  const app = await bootContext([ContaSimplesAuthModule.forRoot(given)]);
  applications.push(app);
  return { app, tokens: app.get(ContaSimplesTokenService), http: app.get(ContaSimplesHttpService).axiosRef };
}

const granted = (access_token: string) => ({ access_token, token_type: 'Bearer', expires_in: 1_800 });
const tokenRequest = () => nock(API).post(PATH, 'grant_type=client_credentials').basicAuth({ user, pass });
const bearer = (token: string) => nock(API, { reqheaders: { authorization: `Bearer ${token}` } });

worksBeside({ name: 'nock', version: packageVersion('nock') }, (step) => {
  step('token and call', async () => {
    tokenRequest().reply(200, granted('one'));
    bearer('one').get('/accounts/v1/balance').reply(200, { amount: 5 });
    const { http } = await open();
    expect((await http.get('/accounts/v1/balance')).data).toEqual({ amount: 5 });
    expect(nock.pendingMocks()).toEqual([]);
  });

  step('401 and replay', async () => {
    tokenRequest().reply(200, granted('one'));
    bearer('one').get('/before').reply(200, {});
    bearer('one').get('/x').reply(401, {});
    tokenRequest().reply(200, granted('two'));
    bearer('two').get('/x').reply(200, { ok: true });
    const { http } = await open();
    // A token that has worked is replaced at once.
    await http.get('/before');
    expect((await http.get('/x')).data).toEqual({ ok: true });
    expect(nock.pendingMocks()).toEqual([]);
  });

  step('`tokens.fetch()`', async () => {
    tokenRequest().reply(200, granted('one'));
    bearer('one').get('/x').reply(200, { ok: true });
    const { tokens } = await open();
    expect(await (await tokens.fetch('/x')).json()).toEqual({ ok: true });
  });

  step('a token request that breaks is `network_error`, also with a proxy set', async () => {
    const coded = (code: string) => Object.assign(new Error('canary'), { code });
    const cases = [
      ['none', 'boom'],
      ['option', coded('ECONNRESET')],
      ['HTTPS_PROXY', 'boom'],
      ['HTTPS_PROXY', coded('ENOTFOUND')],
    ] as const;
    for (const [proxy, error] of cases) {
      if (proxy === 'HTTPS_PROXY') process.env.HTTPS_PROXY = 'http://proxy.example:3128';
      tokenRequest().twice().replyWithError(error);
      const { tokens } = await open(proxy === 'option' ? { proxy: 'http://proxy.example:3128' } : {});
      const failure = await rejection(tokens.getToken());
      expect(isContaSimplesAuthError(failure, 'network_error')).toBe(true);
      expect((failure as Error).message).toContain('api-sandbox.contasimples.com:443');
      nock.cleanAll();
    }
  });

  step('a token request that is refused, and one that nothing matches', async () => {
    tokenRequest().reply(401, { error: 'invalid_client' });
    const { tokens } = await open();
    expect(isContaSimplesAuthError(await rejection(tokens.getToken()), 'credentials_rejected')).toBe(true);
    const other = await open();
    expect(isContaSimplesAuthError(await rejection(other.tokens.getToken()), 'network_error')).toBe(true);
  });

  step('a call that breaks is an AxiosError', async () => {
    tokenRequest().reply(200, granted('one'));
    bearer('one')
      .get('/x')
      .replyWithError(Object.assign(new Error('read'), { code: 'ECONNRESET' }));
    const { http } = await open();
    expect(await rejection(http.get('/x'))).toMatchObject({ isAxiosError: true, code: 'ECONNRESET' });
  });

  step('close() with a call in flight', async () => {
    tokenRequest().reply(200, granted('one'));
    const scope = bearer('one');
    scope.get('/x').delay(60_000).reply(200, {});
    const asked = new Promise((resolve) => scope.on('request', resolve));
    const { app, http } = await open();
    const call = rejection(http.get('/x'));
    await asked;
    await app.close();
    expect(isContaSimplesAuthError(await call, 'shut_down')).toBe(true);
    nock.abortPendingRequests();
  });
});
