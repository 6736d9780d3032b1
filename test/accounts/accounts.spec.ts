import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { boot, bootContext, closeAll } from '@support/boot.js';
import {
  ContaSimplesAuthModule,
  type ContaSimplesCredentials,
  ContaSimplesHttpService,
  getContaSimplesHttpToken,
  InjectContaSimplesHttp,
} from 'nestjs-conta-simples-auth';
import { startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { firstValueFrom } from 'rxjs';

afterEach(closeAll);

const noPair = { apiKey: undefined, apiSecret: undefined };

function pairs(count: number): ({ name: string } & ContaSimplesCredentials)[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `company-${index}`,
    apiKey: `key-of-company-${index}`,
    apiSecret: `secret-of-company-${index}`,
  }));
}

function record(list: ReturnType<typeof pairs>): Record<string, ContaSimplesCredentials> {
  return Object.fromEntries(list.map(({ name, apiKey, apiSecret }) => [name, { apiKey, apiSecret }]));
}

describe('a look at an account of a function', () => {
  it('evicts no account, and makes no request', async () => {
    const list = pairs(8);
    const accounts = (name: string) => ({ apiKey: `key-of-${name}`, apiSecret: `secret-of-${name}` });
    const { tokens, http, emulator } = await boot({
      emulator: { accounts: list },
      options: { ...noPair, accounts, maxAccounts: 8 },
    });
    const before = await Promise.all(list.map(({ name }) => tokens.getToken(name)));
    for (let other = 0; other < 40; other++) {
      const name = `tenant-${other}`;
      expect(tokens.status(name)).toEqual({ account: name, state: 'empty', generation: 0 });
      tokens.invalidate('an unknown token', name);
      tokens.forAccount(name);
      http.forAccount(name);
    }
    expect(tokens.accounts).toEqual(list.map(({ name }) => name));
    expect(await Promise.all(list.map(({ name }) => tokens.getToken(name)))).toEqual(before);
    expect(emulator.counts.token.total).toBe(8);
    expect(() => tokens.status('')).toThrow(/no such account/);
  });
});

describe('accounts by name', () => {
  it('have a token each, and see their own data only', async () => {
    const list = pairs(3);
    const { http, tokens, emulator } = await boot({
      emulator: { accounts: list },
      options: { ...noPair, accounts: record(list) },
    });
    const amounts = await Promise.all(
      list.map(async ({ name }) => {
        const { data } = await firstValueFrom(http.forAccount(name).get<{ amount: number }>('/accounts/v1/balance'));
        return data.amount;
      }),
    );
    expect(new Set(amounts).size).toBe(3);
    expect(new Set(list.map(({ name }) => tokens.status(name).fingerprint)).size).toBe(3);
    expect(emulator.counts.token.byAccount).toEqual({ 'company-0': 1, 'company-1': 1, 'company-2': 1 });
    await expect(tokens.getToken()).rejects.toThrow(/has to name one of: "company-0", "company-1", "company-2"/);
    await expect(tokens.getToken('constructor')).rejects.toMatchObject({ kind: 'unknown_account' });
  });

  it('fail alone: one rejected pair of many costs one request and affects no other account', async () => {
    const list = pairs(40);
    const wrong = list.filter((_, index) => index % 10 === 0);
    const given = record(list);
    for (const { name, apiKey } of wrong) given[name] = { apiKey, apiSecret: 'not-the-secret' };
    const { tokens, emulator } = await boot({ emulator: { accounts: list }, options: { ...noPair, accounts: given } });
    const results = await Promise.allSettled(list.map(({ name }) => tokens.getToken(name)));
    const failures = results.filter(({ status }) => status === 'rejected');
    expect(failures).toHaveLength(4);
    await Promise.allSettled(wrong.map(({ name }) => tokens.getToken(name)));
    expect(emulator.counts.token.byStatus).toEqual({ 200: 36, 401: 4 });
    expect(emulator.counts.token.peakConcurrency).toBeLessThanOrEqual(16);
  });

  it('all cool when the limit by IP address is met by one', async () => {
    const list = pairs(5);
    const { tokens, emulator } = await boot({
      emulator: { accounts: list },
      options: { ...noPair, accounts: record(list), bootstrap: 'lazy' },
    });
    emulator.fail('token', { status: 429, headers: { 'retry-after': 60 } }, { times: Number.POSITIVE_INFINITY });
    await expect(tokens.getToken('company-0')).rejects.toMatchObject({ kind: 'rate_limited' });
    for (const { name } of list) {
      await expect(tokens.getToken(name)).rejects.toMatchObject({ kind: 'rate_limited', account: name });
    }
    expect(emulator.counts.token.total).toBe(1);
  });
});

describe('accounts that change while the application runs', () => {
  it('are called as soon as they are set, with their own data, and unknown once they are removed', async () => {
    const { http, tokens, emulator } = await boot();
    emulator.addAccount({ name: 'filial', apiKey: 'filial-key', apiSecret: 'filial-secret' });
    expect(() => http.forAccount('filial')).toThrow(/no such account/);
    tokens.setAccount('filial', { apiKey: 'filial-key', apiSecret: 'filial-secret' });
    const filial = tokens.forAccount('filial');
    expect((await filial.fetch('/accounts/v1/balance')).status).toBe(200);
    expect(filial.status()).toMatchObject({ account: 'filial', state: 'valid' });
    expect(await filial.getAccessToken()).toBe((await filial.getToken()).value);
    expect(emulator.counts.resource.byAccount).toEqual({ filial: 1 });
    expect(tokens.removeAccount('filial')).toBe(true);
    expect(tokens.removeAccount('filial')).toBe(false);
    await expect(filial.getToken()).rejects.toMatchObject({ kind: 'unknown_account', account: 'filial' });
  });

  it('take another pair at once, although the old one was just refused', async () => {
    const { tokens, emulator } = await boot({ options: { apiSecret: 'not-the-secret' } });
    await expect(tokens.getToken()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    tokens.setAccount('default', { apiKey: 'emulator-key', apiSecret: 'emulator-secret' });
    expect((await tokens.getToken()).value).toMatch(/^ey/);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1, 401: 1 });
  });

  it('refuse a pair that cannot be one, without showing it', async () => {
    const { tokens } = await boot();
    const set = () => tokens.setAccount('filial', { apiKey: 'filial-key', apiSecret: 'secret-canary\n' });
    expect(set).toThrow(/apiSecret contains a line break/);
    expect(set).not.toThrow(/canary/);
  });
});

describe('@InjectContaSimplesHttp()', () => {
  it('injects the client of an account of a record, of the environment or of a factory', async () => {
    @Injectable()
    class Companies {
      constructor(
        @InjectContaSimplesHttp('company-0') readonly first: ContaSimplesHttpService,
        @InjectContaSimplesHttp('company-1') readonly second: ContaSimplesHttpService,
      ) {}
    }
    const list = pairs(2);
    const emulator = await startContaSimplesEmulator({ accounts: list });
    const options = { baseUrl: emulator.baseUrl, accounts: record(list) };
    const registrations = [
      ContaSimplesAuthModule.forRoot(options),
      ContaSimplesAuthModule.forRootAsync({ useFactory: () => options }),
    ];
    for (const registration of registrations) {
      const app = await bootContext([registration], [Companies]);
      const { first, second } = app.get(Companies);
      const balances = await Promise.all(
        [first, second].map((http) => firstValueFrom(http.get('/accounts/v1/balance'))),
      );
      expect(balances[0]?.data).not.toEqual(balances[1]?.data);
      expect(app.get(getContaSimplesHttpToken('company-1'))).toBe(second);
      expect(app.get(ContaSimplesHttpService).forAccount('company-1')).toBe(second);
      await app.close();
    }
    await emulator.close();
  });
});

describe('accounts of a provider function', () => {
  it('are not renewed while they are not used', async () => {
    const list = pairs(1);
    const { tokens, emulator } = await boot({
      emulator: { accounts: list, tokenTtlSeconds: 1 },
      options: { ...noPair, accounts: (name) => record(list)[name] ?? Promise.reject(new Error('no such company')) },
    });
    const { expiresAt } = await tokens.getToken('company-0');
    await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + 200));
    expect(emulator.counts.token.total).toBe(1);
    await tokens.getToken('company-0');
    expect(emulator.counts.token.total).toBe(2);
  });

  it('are asked for by name, when they are needed, and held up to the bound', async () => {
    const list = pairs(30);
    const given = record(list);
    const asked: string[] = [];
    const { tokens, emulator } = await boot({
      emulator: { accounts: list },
      options: {
        ...noPair,
        maxAccounts: 10,
        accounts: (account) => {
          asked.push(account);
          return given[account] ?? Promise.reject(new Error('no such company'));
        },
      },
    });
    expect(asked).toEqual([]);
    for (const { name } of list) await tokens.getToken(name);
    expect(asked).toEqual(list.map(({ name }) => name));
    await tokens.getToken('company-29');
    expect(emulator.counts.token.total).toBe(30);
    await tokens.getToken('company-0');
    expect(emulator.counts.token.total).toBe(31);
    await expect(tokens.getToken('unknown')).rejects.toMatchObject({
      kind: 'credentials_unavailable',
      account: 'unknown',
    });
    await expect(tokens.getToken()).rejects.toMatchObject({ kind: 'unknown_account' });
  });
});
