import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';

const OTHER = { apiKey: 'key-of-other', apiSecret: 'secret-of-other' };
const emulated = {
  accounts: [
    { name: 'first', ...EMULATOR_CREDENTIALS },
    { name: 'other', ...OTHER },
  ],
};

afterEach(closeAll);

/** Whose token it is, by the emulator's claims. */
function ownerOf({ value }: { readonly value: string }): string {
  const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString('utf8')) as { sub: string };
  return claims.sub;
}

describe('another pair, set while a caller waits', () => {
  it('for a request under way: gives the caller its token', async () => {
    const { tokens, emulator } = await boot({
      emulator: { ...emulated, latencyMs: 200 },
      options: { bootstrap: 'lazy' },
    });
    const waiting = [tokens.getToken(), tokens.getToken(undefined, { signal: new AbortController().signal })];
    await emulator.waitForRequest('token', 1);
    tokens.setAccount('default', OTHER);
    expect((await Promise.all(waiting)).map(ownerOf)).toEqual(['other', 'other']);
    expect(emulator.counts.token.byAccount).toEqual({ first: 1, other: 1 });
  });

  it('for a retry: gives the caller its token', async () => {
    const { tokens, emulator } = await boot({ emulator: emulated, options: { bootstrap: 'lazy' } });
    emulator.fail('token', { status: 503 });
    const waiting = tokens.getToken();
    await emulator.waitForRequest('token', 1, { answered: true });
    tokens.setAccount('default', OTHER);
    expect(ownerOf(await waiting)).toBe('other');
  });

  it('and then the old pair again: gives the caller a token of that', async () => {
    const { tokens, emulator } = await boot({
      emulator: { ...emulated, latencyMs: 200 },
      options: { bootstrap: 'lazy' },
    });
    const waiting = tokens.getToken();
    await emulator.waitForRequest('token', 1);
    tokens.setAccount('default', OTHER);
    await emulator.waitForRequest('token', 2);
    tokens.setAccount('default', EMULATOR_CREDENTIALS);
    expect(ownerOf(await waiting)).toBe('first');
    expect(ownerOf(await tokens.getToken())).toBe('first');
    // A token of the other pair that arrives late is not used.
    await delay(250);
    expect(ownerOf(await tokens.getToken())).toBe('first');
  });

  it('during a call that meets a 401: sends it again with its token', async () => {
    const { http, tokens, emulator } = await boot({ emulator: emulated });
    await http.axiosRef.get('/accounts/v1/balance');
    emulator.latencyMs = 100;
    emulator.revokeTokens();
    const call = http.axiosRef.get('/accounts/v1/balance');
    await emulator.waitForRequest('token', 2);
    tokens.setAccount('default', OTHER);
    expect((await call).status).toBe(200);
    expect(ownerOf(await tokens.getToken())).toBe('other');
  });
});

describe('the same pair, set again and again', () => {
  it.each(['configured', 'set before'])('has no effect where it was %s', async (how) => {
    const { tokens, emulator } = await boot({
      emulator: { ...emulated, latencyMs: { token: 300, resource: 0 } },
      options: how === 'configured' ? {} : { ...OTHER },
    });
    if (how === 'set before') tokens.setAccount('default', EMULATOR_CREDENTIALS);
    const waiting = tokens.getToken();
    await emulator.waitForRequest('token', 1);
    const before = emulator.counts.token.total;
    for (let times = 0; times < 50; times++) {
      tokens.setAccount('default', { ...EMULATOR_CREDENTIALS });
      await delay(10);
    }
    const token = await waiting;
    expect(ownerOf(token)).toBe('first');
    expect(await tokens.getToken()).toBe(token);
    expect(emulator.counts.token.total).toBe(before);
  });

  it('tries an account that fails once more, not every time', async () => {
    const { tokens, emulator } = await boot({ emulator: emulated, options: { bootstrap: 'lazy' } });
    emulator.fail('token', { status: 403 }, { times: 2 });
    await expect(tokens.getToken()).rejects.toMatchObject({ kind: 'forbidden' });
    for (let times = 0; times < 20; times++) {
      tokens.setAccount('default', EMULATOR_CREDENTIALS);
      await tokens.getToken().catch(() => {});
    }
    expect(emulator.counts.token.total).toBe(2);
  });
});

describe('callers that wait together', () => {
  const waitTogether = async (options: { bootstrap: 'lazy'; accounts?: Record<string, typeof OTHER> }) => {
    const booted = await boot({ emulator: { ...emulated, latencyMs: 200 }, options });
    const calls = Promise.allSettled([1, 2, 3].map(() => booted.tokens.getToken()));
    await booted.emulator.waitForRequest('token', 1);
    return { ...booted, calls };
  };
  const errorsOf = (results: PromiseSettledResult<unknown>[]) =>
    results.map((result) => (result.status === 'rejected' ? (result.reason as { kind: string }) : undefined));

  it('get an error each where the account is removed', async () => {
    const { tokens, calls } = await waitTogether({ bootstrap: 'lazy' });
    expect(tokens.removeAccount('default')).toBe(true);
    const errors = errorsOf(await calls);
    expect(errors.map((error) => error?.kind)).toEqual(Array(3).fill('unknown_account'));
    expect(new Set(errors).size).toBe(3);
  });

  it('get an error each at shutdown, and where the attempt fails', async () => {
    const { calls, close } = await waitTogether({ bootstrap: 'lazy' });
    await close();
    expect(new Set(errorsOf(await calls)).size).toBe(3);
    const failing = await boot({ emulator: emulated, options: { bootstrap: 'lazy' } });
    failing.emulator.fail('token', { status: 403 });
    const errors = errorsOf(await Promise.allSettled([1, 2, 3].map(() => failing.tokens.getToken())));
    expect(errors.map((error) => error?.kind)).toEqual(Array(3).fill('forbidden'));
    expect(new Set(errors).size).toBe(3);
  });
});
