import { afterEach, describe, expect, it } from '@jest/globals';
import { CanaryScanner } from '@support/canaries.js';
import { closeHealthApps, startHealthApp } from '@support/health-app.js';
import type { ContaSimplesModuleOptions, ContaSimplesTokenEvent } from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { filter, firstValueFrom } from 'rxjs';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ENDLESS = { times: Number.POSITIVE_INFINITY };
/** So short a life that `refresh()` waits a fraction of a second for the least interval between two requests. */
const BRIEF = { tokenTtlSeconds: 3 };
const emulators: ContaSimplesEmulator[] = [];

afterEach(async () => {
  await closeHealthApps();
  await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
});

async function start(
  options: ContaSimplesModuleOptions = {},
  strike: (emulator: ContaSimplesEmulator) => void = () => {},
) {
  const emulator = await startContaSimplesEmulator(BRIEF);
  emulators.push(emulator);
  strike(emulator);
  const health = await startHealthApp({ baseUrl: emulator.baseUrl, ...EMULATOR_CREDENTIALS, ...options });
  const event = (type: ContaSimplesTokenEvent['type']) =>
    firstValueFrom(health.tokens.events.pipe(filter((each) => each.type === type)));
  return { emulator, event, ...health };
}

describe('the health of one account', () => {
  it('is up with a token, and says until when', async () => {
    const { tokens, ask } = await start();
    await tokens.getToken();
    expect(await ask()).toMatchObject({
      httpStatus: 200,
      status: 'ok',
      contaSimples: {
        status: 'up',
        account: 'default',
        state: 'valid',
        expiresAt: new Date(tokens.status().expiresAt ?? 0).toISOString(),
        nextRefreshAt: expect.stringMatching(ISO),
      },
    });
  });

  it('is up without one where none was needed yet', async () => {
    const { emulator, ask } = await start({ bootstrap: 'lazy' });
    const { httpStatus, contaSimples } = await ask();
    expect({ httpStatus, contaSimples }).toEqual({
      httpStatus: 200,
      contaSimples: { status: 'up', account: 'default', state: 'empty' },
    });
    expect(emulator.counts.token.total).toBe(0);
  });

  it('is up while the first call of a lazy account waits for its token', async () => {
    const { emulator, tokens, ask } = await start({ bootstrap: 'lazy' }, (each) => each.fail('token', { hang: true }));
    const call = tokens.getToken();
    await emulator.waitForRequest('token', 1);
    expect(await ask()).toMatchObject({ httpStatus: 200, contaSimples: { status: 'up', state: 'empty' } });
    await closeHealthApps();
    await expect(call).rejects.toMatchObject({ kind: 'shut_down' });
  });

  it('is down while the first token of a background start is on its way', async () => {
    const { emulator, ask } = await start({}, (each) => each.fail('token', { hang: true }));
    await emulator.waitForRequest('token', 1);
    expect(await ask()).toMatchObject({
      httpStatus: 503,
      status: 'error',
      contaSimples: { status: 'down', state: 'empty', reason: { kind: 'pending' } },
    });
  });

  it('is degraded, and still 200, while a token is served and its refresh fails', async () => {
    const { emulator, tokens, event, ask } = await start({ bootstrap: 'lazy' });
    await tokens.getToken();
    emulator.fail('token', { status: 401 }, ENDLESS);
    const degraded = event('degraded');
    await expect(tokens.refresh()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    await degraded;
    expect(await ask()).toMatchObject({
      httpStatus: 200,
      status: 'degraded',
      contaSimples: {
        status: 'degraded',
        state: 'degraded',
        expiresAt: expect.stringMatching(ISO),
        retryAt: expect.stringMatching(ISO),
        reason: {
          kind: 'credentials_rejected',
          message: 'The token endpoint answered 401',
          remedy: expect.stringMatching(/key and secret/),
          at: expect.stringMatching(ISO),
        },
      },
    });
  });

  it('is up with the state degraded where Terminus knows no such status', async () => {
    const emulator = await startContaSimplesEmulator(BRIEF);
    emulators.push(emulator);
    // As HealthIndicatorService of Terminus 11 has it: two methods.
    const check = (key: string) => ({
      up: (data: object) => ({ [key]: { ...data, status: 'up' } }),
      down: (data: object) => ({ [key]: { ...data, status: 'down' } }),
    });
    const options = { baseUrl: emulator.baseUrl, ...EMULATOR_CREDENTIALS, bootstrap: 'lazy' as const };
    const { tokens, ask } = await startHealthApp(options, { check } as unknown as Parameters<typeof startHealthApp>[1]);
    await tokens.getToken();
    emulator.fail('token', { status: 401 }, ENDLESS);
    await expect(tokens.refresh()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    expect(await ask()).toMatchObject({
      httpStatus: 200,
      status: 'ok',
      contaSimples: { status: 'up', state: 'degraded', reason: { kind: 'credentials_rejected' } },
    });
  });

  it('is down where the last attempt failed and nothing can be served, and up again with a token', async () => {
    const { emulator, tokens, event, ask } = await start({ bootstrap: 'lazy' }, (each) =>
      each.fail('token', { status: 403 }),
    );
    const cooling = event('cooling');
    await expect(tokens.getToken()).rejects.toMatchObject({ kind: 'forbidden' });
    await cooling;
    expect(await ask()).toMatchObject({
      httpStatus: 503,
      contaSimples: {
        status: 'down',
        state: 'cooling',
        reason: { kind: 'forbidden' },
        retryAt: expect.stringMatching(ISO),
      },
    });
    tokens.setAccount('default', EMULATOR_CREDENTIALS);
    await tokens.getToken();
    expect(await ask()).toMatchObject({ httpStatus: 200, contaSimples: { status: 'up', state: 'valid' } });
    expect(emulator.counts.token.total).toBe(2);
  });

  it('is down after the first failure already, though calls still wait for the second attempt', async () => {
    const { tokens, event, ask } = await start({ bootstrap: 'lazy' }, (each) => {
      each.fail('token', { status: 503 });
      each.fail('token', { hang: true });
    });
    const failed = event('refresh_failed');
    const call = tokens.getToken();
    await failed;
    expect(await ask()).toMatchObject({
      httpStatus: 503,
      contaSimples: { status: 'down', state: 'empty', reason: { kind: 'server_error' } },
    });
    await closeHealthApps();
    await expect(call).rejects.toMatchObject({ kind: 'shut_down' });
  });

  it('is down after shutdown', async () => {
    const { app, tokens, indicator } = await start();
    await tokens.getToken();
    await app.close();
    expect(await indicator.isHealthy('contaSimples')).toMatchObject({
      contaSimples: { status: 'down', state: 'closed', reason: { kind: 'shut_down' } },
    });
  });

  it.each(['unknown', 'constructor', '__proto__', ''])(
    'is down with a reason for an account that is not there: %j',
    async (name) => {
      const { indicator } = await start({ bootstrap: 'lazy' });
      expect(await indicator.isHealthy('contaSimples', { account: name })).toMatchObject({
        contaSimples: { status: 'down', account: name, state: 'unknown', reason: { kind: 'unknown_account' } },
      });
    },
  );

  it('is asked a thousand times without a token request, and shows no secret', async () => {
    const { emulator, tokens, indicator, ask } = await start();
    const scanner = new CanaryScanner({ key: EMULATOR_CREDENTIALS.apiKey, secret: EMULATOR_CREDENTIALS.apiSecret });
    scanner.add('token', await tokens.getAccessToken());
    await Promise.all(Array.from({ length: 1_000 }, () => indicator.isHealthy('contaSimples')));
    emulator.fail('token', { status: 401 }, ENDLESS);
    await tokens.refresh().catch(() => {});
    const before = emulator.counts.token.total;
    const { text } = await ask();
    await Promise.all(Array.from({ length: 1_000 }, () => indicator.isHealthy('contaSimples')));
    expect(emulator.counts.token.total).toBe(before);
    scanner.expectNone([{ channel: 'health', text }]);
  });
});
