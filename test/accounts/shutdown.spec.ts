import { afterEach, describe, expect, it } from '@jest/globals';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { boot, closeAll } from '@support/boot.js';
import { bootAccounts, numbered, pairOf } from '@support/many-accounts.js';

afterEach(closeAll);

/** What runs between the two hooks in which the tokens end, as an HTTP server that drains does. */
let whileDraining: () => Promise<void> = async () => {};

@Injectable()
class Draining implements BeforeApplicationShutdown {
  beforeApplicationShutdown(): Promise<void> {
    return whileDraining();
  }
}

describe('while the application drains', () => {
  it('no token is renewed any more, and a held one is served', async () => {
    const { app, tokens, emulator } = await boot({ emulator: { tokenTtlSeconds: 2 }, providers: [Draining] });
    const token = await tokens.getToken();
    let served: unknown;
    whileDraining = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      served = await tokens.getToken();
      // It ends soon, but no timer is left that would renew it.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    };
    const requests = emulator.counts.token.total;
    await app.close();
    expect(served).toBe(token);
    expect(emulator.counts.token.total).toBe(requests);
  });

  it('no timer is listed, and an account without a token has one attempt of a second', async () => {
    const names = numbered('company', 3);
    const { app, tokens, emulator } = await bootAccounts(names, {
      imports: [ScheduleModule.forRoot()],
      providers: [Draining],
      options: { accounts: { 'company-0': pairOf('company-0'), 'company-1': pairOf('company-1') }, bootstrap: 'lazy' },
    });
    await tokens.getToken('company-0');
    let listed: string[] = [];
    let waitedMs = 0;
    whileDraining = async () => {
      listed = app.get(SchedulerRegistry).getTimeouts();
      emulator.fail('token', { hang: true }, { times: Number.POSITIVE_INFINITY });
      const startedAt = performance.now();
      await tokens.getToken('company-1').catch(() => {});
      waitedMs = performance.now() - startedAt;
    };
    await app.close();
    expect(listed).toEqual([]);
    expect(waitedMs).toBeGreaterThan(900);
    expect(waitedMs).toBeLessThan(2_000);
    expect(emulator.counts.token.byAccount).toEqual({ 'company-0': 1, 'company-1': 1 });
  });
});
