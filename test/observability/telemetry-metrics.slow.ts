import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { bootMeasured, TelemetrySdk } from '@support/telemetry-sdk.js';
import { filter, firstValueFrom } from 'rxjs';

afterEach(closeAll);

const BALANCE = '/accounts/v1/balance';
const FOREVER = { times: Number.POSITIVE_INFINITY };
const ACCOUNT = 'conta_simples_auth.account';
const REQUESTS = 'conta_simples_auth.token.requests';
const STATE = 'conta_simples_auth.token.state';
const REMAINING = 'conta_simples_auth.token.remaining_life';

describe('token requests', () => {
  it('are counted as the server counts them, by cause and outcome', async () => {
    const { sdk, tokens, http, emulator } = await bootMeasured();
    await Promise.all(Array.from({ length: 100 }, () => tokens.getToken()));
    await http.axiosRef.get(BALANCE);
    emulator.revokeTokens();
    await http.axiosRef.get(BALANCE);
    emulator.fail('token', { status: 503 });
    await tokens.refresh();
    expect(emulator.counts.token.byStatus).toEqual({ 200: 3, 503: 1 });
    const about = { [ACCOUNT]: 'default' };
    expect(await sdk.points(REQUESTS)).toEqual([
      { attributes: { ...about, 'conta_simples_auth.cause': 'first' }, value: 1 },
      { attributes: { ...about, 'conta_simples_auth.cause': 'rejected' }, value: 1 },
      { attributes: { ...about, 'conta_simples_auth.cause': 'forced', 'error.type': 'server_error' }, value: 1 },
      { attributes: { ...about, 'conta_simples_auth.cause': 'forced' }, value: 1 },
    ]);
  });

  it('have a duration in seconds, with buckets made for it', async () => {
    const { sdk, tokens, emulator } = await bootMeasured();
    emulator.latencyMs = { token: 60 };
    await tokens.getToken();
    const metric = await sdk.metric('conta_simples_auth.token.request.duration');
    expect(metric?.descriptor).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    const [point, ...others] = await sdk.points('conta_simples_auth.token.request.duration');
    expect(others).toEqual([]);
    expect(point?.value).toBe(1);
    expect(point?.histogram?.sum).toBeGreaterThanOrEqual(0.06);
    expect(point?.histogram?.sum).toBeLessThan(5);
    expect(point?.histogram?.buckets.boundaries).toEqual([0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30]);
  });

  it('that a limit by address holds back are not counted', async () => {
    const accounts = ['a', 'b', 'c'].map((name) => ({
      name,
      apiKey: `key-of-${name}`,
      apiSecret: `secret-of-${name}`,
    }));
    const sdk = new TelemetrySdk();
    const { tokens, emulator } = await boot({
      emulator: { accounts },
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        bootstrap: 'lazy',
        accounts: Object.fromEntries(accounts.map(({ name, ...pair }) => [name, pair])),
        telemetry: sdk.telemetry(),
      },
    });
    emulator.fail('token', { status: 429, headers: { 'retry-after': 60 } }, FOREVER);
    for (const { name } of accounts) await tokens.getToken(name).catch(() => {});
    expect(emulator.counts.token.total).toBe(1);
    expect(await sdk.points(REQUESTS)).toMatchObject([
      { attributes: { [ACCOUNT]: 'a', 'error.type': 'rate_limited' }, value: 1 },
    ]);
    expect(await sdk.sum(STATE, { 'conta_simples_auth.state': 'cooling' })).toBe(3);
  });
});

describe('calls', () => {
  it('served while a refresh fails are counted, each one, until it works again', async () => {
    const { sdk, tokens, http, emulator } = await bootMeasured({ ttlSeconds: 10 });
    const degraded = () => sdk.sum('conta_simples_auth.token.degraded_calls', { [ACCOUNT]: 'default' });
    const isDegraded = () => sdk.sum(STATE, { [ACCOUNT]: 'default', 'conta_simples_auth.state': 'degraded' });
    await http.axiosRef.get(BALANCE);
    await tokens.getToken();
    expect(await degraded()).toBe(0);
    emulator.fail('token', { status: 503 }, FOREVER);
    await expect(tokens.refresh()).rejects.toMatchObject({ kind: 'server_error' });
    for (let call = 0; call < 5; call++) await tokens.getToken();
    await http.axiosRef.get(BALANCE);
    await tokens.getAccessToken();
    expect(await degraded()).toBe(7);
    expect(await isDegraded()).toBe(1);
    const recovered = firstValueFrom(tokens.events.pipe(filter(({ type }) => type === 'recovered')));
    emulator.clearFaults();
    await recovered;
    await tokens.getToken();
    expect(await degraded()).toBe(7);
    expect(await isDegraded()).toBe(0);
  }, 15_000);

  it('sent again after a 401 are counted by what came of it', async () => {
    const { sdk, http, emulator } = await bootMeasured();
    const outcomes = async () =>
      Object.fromEntries(
        (await sdk.points('conta_simples_auth.replays')).map(({ attributes, value }) => [
          attributes['conta_simples_auth.replay.outcome'],
          value,
        ]),
      );
    await http.axiosRef.get(BALANCE);
    emulator.revokeTokens();
    await http.axiosRef.get(BALANCE);
    expect(await outcomes()).toEqual({ accepted: 1 });
    emulator.fail('resource', { status: 401 });
    emulator.fail('resource', { reset: 'before-headers' });
    await expect(http.axiosRef.get(BALANCE)).rejects.toThrow();
    expect(await outcomes()).toEqual({ accepted: 1, other: 1 });
    await http.axiosRef.get(BALANCE);
    emulator.fail('resource', { status: 401 }, { times: 2 });
    await expect(http.axiosRef.get(BALANCE)).rejects.toMatchObject({ response: { status: 401 } });
    expect(await outcomes()).toEqual({ accepted: 1, other: 1, refused: 1 });
  });
});

describe('the state of an account', () => {
  it('is one of five, beside what is left of its token', async () => {
    const { sdk, tokens, emulator } = await bootMeasured({ ttlSeconds: 60 });
    const state = async () =>
      (await sdk.points(STATE)).flatMap(({ attributes, value }) =>
        value === 1 ? [attributes['conta_simples_auth.state']] : [],
      );
    expect(await state()).toEqual(['empty']);
    expect(await sdk.points(STATE)).toHaveLength(5);
    expect(await sdk.points(REMAINING)).toEqual([{ attributes: { [ACCOUNT]: 'default' }, value: 0 }]);
    emulator.fail('token', { status: 401 });
    await tokens.getToken().catch(() => {});
    expect(await state()).toEqual(['cooling']);
    tokens.setAccount('default', { apiKey: 'emulator-key', apiSecret: 'emulator-secret' });
    await tokens.getToken();
    expect(await state()).toEqual(['valid']);
    const [remaining] = await sdk.points(REMAINING);
    expect(remaining?.attributes).toEqual({ [ACCOUNT]: 'default' });
    expect(remaining?.value).toBeGreaterThan(55);
    expect(remaining?.value).toBeLessThanOrEqual(60);
  });

  it('is no longer observed once the application has closed', async () => {
    const { sdk, tokens, app } = await bootMeasured();
    await tokens.getToken();
    expect(await sdk.points(STATE)).toHaveLength(5);
    await app.close();
    // The SDK keeps the last value; had it asked again, the account would read closed.
    expect(await sdk.sum(STATE, { 'conta_simples_auth.state': 'closed' })).toBe(0);
    expect(await sdk.sum(REQUESTS)).toBe(1);
  });

  it('reads nothing once the account has been removed, and not what it was before', async () => {
    const { sdk, tokens } = await bootMeasured();
    await tokens.getToken();
    expect(await sdk.sum(STATE)).toBe(1);
    tokens.removeAccount('default');
    expect(await sdk.sum(STATE)).toBe(0);
    expect(await sdk.sum(REMAINING)).toBe(0);
  });
});

describe('names of accounts', () => {
  it('are as many as allowed, those configured first; the others are taken together', async () => {
    const list = ['a', 'b', 'c', 'd'].map((name) => ({
      name,
      apiKey: `key-of-${name}`,
      apiSecret: `secret-of-${name}`,
    }));
    const sdk = new TelemetrySdk();
    const { tokens, emulator } = await boot({
      emulator: { accounts: list },
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        bootstrap: 'lazy',
        accounts: Object.fromEntries(list.map(({ name, ...pair }) => [name, pair])),
        telemetry: sdk.telemetry(2),
      },
    });
    for (const name of ['d', 'c', 'b', 'a']) await tokens.getToken(name);
    expect(emulator.counts.token.total).toBe(4);
    const byAccount = (await sdk.points(REQUESTS)).map(({ attributes, value }) => [attributes[ACCOUNT], value]);
    expect(Object.fromEntries(byAccount)).toEqual({ other: 2, a: 1, b: 1 });
    expect(await sdk.sum(STATE, { [ACCOUNT]: 'other', 'conta_simples_auth.state': 'valid' })).toBe(2);
    expect(await sdk.points(REMAINING)).toHaveLength(3);
  });

  it('of a provider function appear with their first token, so that the list cannot be filled with invented ones', async () => {
    const { sdk, tokens } = await bootMeasured({
      maxNames: 1,
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        accounts: (account: string) => ({
          apiKey: 'emulator-key',
          apiSecret: account === 'real' ? 'emulator-secret' : 'none-that-works',
        }),
      },
    });
    await tokens.getToken('invented').catch(() => {});
    await tokens.getToken('real');
    expect((await sdk.points(REQUESTS)).map(({ attributes }) => attributes[ACCOUNT])).toEqual(['other', 'real']);
  });
});

describe('the clock of the token endpoint', () => {
  it.each([3_600_000, -7_200_000])('is compared with ours when it is off by %i ms', async (offsetMs) => {
    const { sdk, tokens, emulator } = await bootMeasured();
    expect(await sdk.points('conta_simples_auth.clock.skew')).toEqual([]);
    emulator.clockOffsetMs = offsetMs;
    await tokens.getToken();
    const [point] = await sdk.points('conta_simples_auth.clock.skew');
    expect(Math.abs((point?.value ?? 0) - offsetMs / 1_000)).toBeLessThan(2);
  });
});
