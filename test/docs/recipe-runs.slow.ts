import { describe, expect, it, jest } from '@jest/globals';
import type { DynamicModule, Type } from '@nestjs/common';
import { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { runCollectedTests } from './preludes/test-globals.js';
import { runBlock } from './run-block.js';
import { COMPANIES, exported, moduleOf, useStage } from './stage.js';

const stage = useStage();

describe('the blocks of the recipes, run against the emulator', () => {
  it('options from a factory', async () => {
    const app = await stage.context(
      exported<Type>(await runBlock('docs/options.md', 'Options from a factory'), 'AppModule'),
    );
    expect(app.get(ContaSimplesTokenService).status().state).toBe('valid');
    expect(stage.emulator.requests[0]?.headers['user-agent']).toBe('billing/0.0.0');
  });

  it('accounts in a database', async () => {
    const block = await runBlock('docs/recipes.md', 'Accounts in a database or a vault');
    const tokens = (await stage.context(exported<DynamicModule>(block, 'contaSimples'))).get(ContaSimplesTokenService);
    for (const company of COMPANIES)
      expect((await tokens.fetch('/accounts/v1/balance', { account: company })).status).toBe(200);
    expect([...tokens.accounts].sort()).toEqual(['default', 'filial-sp', 'matriz']);
  });

  it('a token for another client', async () => {
    interface Headers {
      current(signal: AbortSignal): Promise<Record<string, string>>;
      rejected(token: string): void;
    }
    const SdkHeaders = exported<Type<Headers>>(
      await runBlock('docs/recipes.md', 'A token for another client'),
      'SdkHeaders',
    );
    // So short a life that another token may be asked for after a quarter of a second.
    stage.emulator.tokenTtlSeconds = 2;
    const service = (await stage.context(moduleOf(SdkHeaders))).get(SdkHeaders);
    const { signal } = new AbortController();
    const { Authorization: first = '' } = await service.current(signal);
    const { Authorization: same } = await service.current(signal);
    service.rejected(first.replace('Bearer ', ''));
    const { Authorization: other } = await service.current(signal);
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });

  it('events', async () => {
    const TokenAlarm = exported<Type>(await runBlock('docs/recipes.md', 'Events'), 'TokenAlarm');
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    stage.emulator.fail('token', { status: 403, body: {} }, { times: 2 });
    const app = await stage.context(moduleOf(TokenAlarm));
    await expect(app.get(ContaSimplesTokenService).getToken()).rejects.toThrow('403');
    expect(said.mock.calls).toEqual([['default has no token: forbidden']]);
  });

  it('a store of the application', async () => {
    const block = await runBlock('docs/recipes.md', 'Your own store');
    const values = new Map<string, string>();
    const cache = {
      read: async (key: string) => values.get(key) ?? null,
      write: async (key: string, value: string, _ttlMs: number, onlyNew: boolean) => {
        if (onlyNew && values.has(key)) return false;
        values.set(key, value);
        return true;
      },
    };
    const sharedThrough = exported<(given: typeof cache) => DynamicModule>(block, 'sharedThrough');
    for (let process = 0; process < 2; process++) {
      await (await stage.context(sharedThrough(cache))).get(ContaSimplesTokenService).getToken();
    }
    expect(stage.emulator.counts.token.total).toBe(1);
  });

  it('an application whose services are replaced', async () => {
    delete process.env.CONTA_SIMPLES_API_KEY;
    await runBlock('docs/testing.md', 'End-to-end tests', 1);
    expect(await runCollectedTests()).toEqual(['answers GET /balance without a server']);
    expect(stage.emulator.counts.token.total).toBe(0);
  });
});
