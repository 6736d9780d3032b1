import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll } from '@support/boot.js';
import { bootAccounts, hang, numbered, pairOf, tookMs } from '@support/many-accounts.js';

afterEach(closeAll);

describe('more accounts of a function than are held at once', () => {
  const names = numbered('company', 45);
  const options = { maxAccounts: 30 };

  it('are not evicted while they have a request, so that each needs one for any number of callers', async () => {
    const { tokens, emulator } = await bootAccounts(names, { options });
    const calls = [1, 2, 3, 4, 5].flatMap(() => names.map((name) => tokens.getToken(name)));
    await Promise.all(calls);
    expect(emulator.counts.token.total).toBe(45);
    while (tokens.accounts.length > 30) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(tokens.accounts).toHaveLength(30);
  });

  it('make one request for each call at most where they take turns, and none after that', async () => {
    const { tokens, emulator } = await bootAccounts(names, { options });
    for (const _round of [1, 2]) for (const name of names) await tokens.getToken(name);
    expect(emulator.counts.token.total).toBeLessThanOrEqual(90);
    expect(tokens.accounts).toHaveLength(30);
    const { total } = emulator.counts.token;
    await Promise.all(tokens.accounts.map((name) => tokens.getToken(name)));
    expect(emulator.counts.token.total).toBe(total);
  });

  it('are not evicted while callers wait, and all end with the application', async () => {
    const booted = await bootAccounts(names, { options: { maxAccounts: 20 } });
    hang(booted, names);
    const calls = Promise.allSettled(names.map((name) => booted.tokens.getToken(name)));
    await booted.emulator.waitForRequest('token', 16);
    expect(booted.tokens.accounts).toEqual(names);
    expect(await tookMs(booted.app.close())).toBeLessThan(1_000);
    const kinds = (await calls).map((result) => (result.status === 'rejected' ? result.reason.kind : 'token'));
    expect(new Set(kinds)).toEqual(new Set(['shut_down']));
    const { total } = booted.emulator.counts.token;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(booted.emulator.counts.token.total).toBe(total);
  });
});

describe('names that have no account', () => {
  it('do not evict those that have a token', async () => {
    const names = numbered('company', 20);
    const { tokens, emulator } = await bootAccounts(names, {
      options: {
        maxAccounts: 20 + 1,
        accounts: (name) => (name.startsWith('company') ? pairOf(name) : Promise.reject(new Error('no such company'))),
      },
    });
    const before = await Promise.all(names.map((name) => tokens.getToken(name)));
    for (const unknown of numbered('unknown', 5)) {
      await expect(tokens.getToken(unknown)).rejects.toMatchObject({ kind: 'credentials_unavailable' });
    }
    expect(await Promise.all(names.map((name) => tokens.getToken(name)))).toEqual(before);
    expect(emulator.counts.token.total).toBe(20);
    expect(tokens.accounts).toEqual(expect.arrayContaining(names));
    expect(tokens.accounts).toHaveLength(21);
  });

  it('whose pair is rejected do not either', async () => {
    const names = numbered('company', 4);
    const { tokens, emulator } = await bootAccounts(names, { options: { maxAccounts: 5 } });
    for (const name of names) await tokens.getToken(name);
    for (const unknown of numbered('unknown', 6)) {
      await expect(tokens.getToken(unknown)).rejects.toMatchObject({ kind: 'credentials_rejected' });
    }
    for (const name of names) await tokens.getToken(name);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 4, 401: 6 });
  });
});

describe('a call whose account is evicted while it runs', () => {
  it.each(['fetch', 'http'] as const)('gets the token that replaces a rejected one, through %s', async (client) => {
    const names = numbered('company', 3);
    const { tokens, http, emulator } = await bootAccounts(names, { options: { maxAccounts: 1 } });
    await tokens.getToken('company-0');
    emulator.fail('resource', { delayMs: 1_000, status: 401 });
    const call =
      client === 'fetch'
        ? tokens.fetch('/accounts/v1/balance', { account: 'company-0' })
        : http.forAccount('company-0').axiosRef.get('/accounts/v1/balance');
    await emulator.waitForRequest('resource', 1);
    await tokens.getToken('company-1');
    expect(tokens.accounts).toEqual(['company-1']);
    expect((await call).status).toBe(200);
    expect(emulator.counts.token.total).toBe(3);
    expect(tokens.status('company-0')).toMatchObject({ state: 'valid' });
    await tokens.getToken('company-0');
    expect(emulator.counts.token.total).toBe(3);
  });
});
