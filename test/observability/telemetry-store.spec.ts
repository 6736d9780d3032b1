import { afterEach, describe, expect, it } from '@jest/globals';
import { bootContext, closeAll, emulatorOptions } from '@support/boot.js';
import { MemoryStore } from '@support/memory-store.js';
import { bootMeasured, TelemetrySdk } from '@support/telemetry-sdk.js';
import { ContaSimplesAuthModule, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';

afterEach(closeAll);

const ACCOUNT = 'conta_simples_auth.account';
const REQUESTS = 'conta_simples_auth.token.requests';

describe('a shared store', () => {
  it('has each operation, each token taken over and each wait for another process measured', async () => {
    const store = new MemoryStore();
    const { sdk, tokens, emulator } = await bootMeasured({ ttlSeconds: 60, options: { store } });
    const other = new TelemetrySdk();
    const beside = await bootContext([
      ContaSimplesAuthModule.forRoot({
        ...emulatorOptions(emulator),
        bootstrap: 'lazy',
        store,
        telemetry: other.telemetry(),
      }),
    ]);
    emulator.latencyMs = { token: 500 };
    const first = tokens.getToken();
    await emulator.waitForRequest('token');
    await beside.get(ContaSimplesTokenService).getToken();
    await first;
    expect(emulator.counts.token.total).toBe(1);
    expect(await sdk.sum(REQUESTS)).toBe(1);
    expect(await other.sum(REQUESTS)).toBe(0);
    expect(await other.sum('conta_simples_auth.token.takeovers', { [ACCOUNT]: 'default' })).toBe(1);
    expect(await sdk.points('conta_simples_auth.lease.wait.duration')).toEqual([]);
    const [wait] = await other.points('conta_simples_auth.lease.wait.duration');
    expect(wait).toMatchObject({ attributes: { 'conta_simples_auth.lease.outcome': 'token' }, value: 1 });
    expect(wait?.histogram?.sum).toBeGreaterThan(0.02);
    expect(wait?.histogram?.sum).toBeLessThan(5);
    for (const operation of ['get', 'set', 'ttl'] as const) {
      const name = 'conta_simples_auth.store.operation.duration';
      const attributes = { 'conta_simples_auth.store.operation': operation };
      expect((await sdk.sum(name, attributes)) + (await other.sum(name, attributes))).toBe(store.operations[operation]);
    }
    expect(await sdk.points('conta_simples_auth.store.unavailable')).toEqual([{ attributes: {}, value: 0 }]);
    await beside.close();
  });

  it('has refused records counted', async () => {
    const store = new MemoryStore();
    const { sdk, tokens, emulator } = await bootMeasured({ options: { store } });
    const tampered = () => sdk.points('conta_simples_auth.store.tampered_records');
    await tokens.getToken();
    expect(await tampered()).toEqual([{ attributes: {}, value: 0 }]);
    store.tamper('bm90IGEgcmVjb3JkIG9mIG91cnMsIHRob3VnaCBpdCBpcyBiYXNlNjQ=');
    await tokens.invalidate(await tokens.getToken());
    await tokens.getToken();
    expect(await tampered()).toEqual([{ attributes: {}, value: 1 }]);
    expect(emulator.counts.token.total).toBe(2);
  });

  it('that fails reads unavailable, and is not asked again by the next call', async () => {
    const store = new MemoryStore();
    store.failure = new Error('READONLY You cannot write against a replica');
    const { sdk, tokens, emulator } = await bootMeasured({ options: { store } });
    await tokens.getToken();
    await tokens.refresh();
    expect(store.total).toBe(1);
    expect(await sdk.points('conta_simples_auth.store.operation.duration')).toMatchObject([
      { attributes: { 'conta_simples_auth.store.operation': 'ttl', 'error.type': 'store_error' }, value: 1 },
    ]);
    expect(await sdk.points('conta_simples_auth.store.unavailable')).toEqual([{ attributes: {}, value: 1 }]);
    expect(emulator.counts.token.total).toBe(2);
  });

  it('that is not there is not measured', async () => {
    const { sdk, tokens } = await bootMeasured();
    await tokens.getToken();
    expect(await sdk.points('conta_simples_auth.store.unavailable')).toEqual([]);
    expect(await sdk.points('conta_simples_auth.store.operation.duration')).toEqual([]);
  });
});
