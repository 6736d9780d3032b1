import { afterEach, beforeEach, expect } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { MockAgent } from 'undici';
import { packageVersion, worksBeside } from './support/works-beside.js';

const API = 'https://api.example';

let agent: MockAgent;
beforeEach(() => {
  agent = new MockAgent();
  agent.disableNetConnect();
});
afterEach(async () => {
  await agent.close();
  await closeAll();
});

async function open() {
  const { app, tokens, emulator } = await boot({
    emulator: { tokenTtlSeconds: 2 },
    options: { origins: [API], bootstrap: 'lazy' },
  });
  // The types of Node's own `fetch` are those of another version of undici.
  const dispatcher = agent as unknown as NonNullable<RequestInit['dispatcher']>;
  const fetch = (url: string, init: RequestInit = {}) => tokens.fetch(url, { ...init, dispatcher });
  return { app, tokens, fetch, emulator, api: agent.get(API) };
}

const note =
  'for `tokens.fetch()`, as `dispatcher` of a call (set globally in a process without Jest, whose tests have a global object that Node does not read); the token request is not made by `fetch`, use the emulator';

worksBeside({ name: 'undici MockAgent', version: packageVersion('undici'), note }, (step) => {
  step('token and call', async () => {
    const { tokens, fetch, api } = await open();
    const authorization = `Bearer ${await tokens.getAccessToken()}`;
    api.intercept({ path: '/balance', headers: { authorization } }).reply(200, { amount: 5 });
    expect(await (await fetch(`${API}/balance`)).json()).toEqual({ amount: 5 });
    agent.assertNoPendingInterceptors();
  });

  step('401 and replay', async () => {
    const { fetch, api, emulator } = await open();
    api.intercept({ path: '/x', method: 'POST', body: 'again' }).reply(401, {});
    api.intercept({ path: '/x', method: 'POST', body: 'again' }).reply(201, {});
    expect((await fetch(`${API}/x`, { method: 'POST', body: 'again' })).status).toBe(201);
    expect(emulator.counts.token.total).toBe(2);
    agent.assertNoPendingInterceptors();
  });

  step('failure', async () => {
    const { fetch, api } = await open();
    api.intercept({ path: '/down' }).replyWithError(new Error('broken'));
    await expect(fetch(`${API}/down`)).rejects.toThrow('fetch failed');
    await expect(fetch(`${API}/unknown`)).rejects.toThrow('fetch failed');
    await expect(fetch('https://elsewhere.example/')).rejects.toMatchObject({ kind: 'untrusted_origin' });
  });

  step('close', async () => {
    const { app, fetch } = await open();
    await app.close();
    const error = await fetch(`${API}/x`).catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(error, 'shut_down')).toBe(true);
  });
});
