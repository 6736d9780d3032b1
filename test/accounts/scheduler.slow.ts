import { afterEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { boot, closeAll } from '@support/boot.js';
import { bootAccounts, pairOf } from '@support/many-accounts.js';
import { stopwatch } from '@support/stopwatch.js';

afterEach(closeAll);

const PREFIX = 'conta-simples-auth:';

/** Makes one registry that several applications use. */
function sharing(registry: SchedulerRegistry): DynamicModule {
  @Global()
  @Module({})
  class SharedRegistry {}
  const provider = { provide: SchedulerRegistry, useValue: registry };
  return { module: SharedRegistry, providers: [provider], exports: [provider] };
}

describe('two applications with one SchedulerRegistry', () => {
  it('both renew their tokens, and the end of one leaves the timer of the other', async () => {
    const registry = new SchedulerRegistry();
    const options = { imports: [sharing(registry)], emulator: { tokenTtlSeconds: 1 } };
    const [one, other] = [await boot(options), await boot(options)];
    await Promise.all([one.emulator.waitForRequest('token', 2), other.emulator.waitForRequest('token', 2)]);
    await one.close();
    expect(registry.getTimeouts().length).toBeLessThanOrEqual(1);
    const { total } = other.emulator.counts.token;
    await other.emulator.waitForRequest('token', total + 2);
    await other.close();
    expect(registry.getTimeouts()).toEqual([]);
  });
});

describe('an account that gets another pair while a caller waits', () => {
  it.each([
    ['of a function', undefined],
    ['of a record', { tenant: pairOf('tenant') }],
  ])('%s gives it a token of that pair, asks for no other, and is renewed', async (_source, record) => {
    const { tokens, emulator, app } = await bootAccounts(['tenant', 'other'], {
      imports: [ScheduleModule.forRoot()],
      emulator: { tokenTtlSeconds: 1 },
      options: { ...(record && { accounts: record }), bootstrap: 'lazy' },
    });
    emulator.fail({ kind: 'token', account: 'tenant' }, { status: 503 });
    const call = tokens.getToken('tenant');
    await emulator.waitForRequest('token', 1);
    tokens.setAccount('tenant', pairOf('other'));
    await call;
    expect(emulator.counts.token.byAccount.other).toBe(1);
    expect(emulator.counts.token.byAccount.tenant).toBeLessThanOrEqual(1);
    await emulator.waitForRequest({ kind: 'token', account: 'other' }, 3);
    expect(emulator.counts.token.byAccount.tenant).toBeLessThanOrEqual(1);
    const listed = app.get(SchedulerRegistry).getTimeouts();
    expect(listed.filter((name) => name !== `${PREFIX}tenant`)).toEqual([]);
  });

  it('leaves no timer behind when it is removed, and has one again when it is set', async () => {
    const { tokens, app } = await bootAccounts(['tenant'], { imports: [ScheduleModule.forRoot()] });
    const listed = () => app.get(SchedulerRegistry).getTimeouts();
    tokens.setAccount('tenant', pairOf('tenant'));
    await tokens.getToken('tenant');
    expect(listed()).toEqual([`${PREFIX}tenant`]);
    tokens.removeAccount('tenant');
    expect(listed()).toEqual([]);
    tokens.setAccount('tenant', pairOf('tenant'));
    await tokens.getToken('tenant');
    expect(listed()).toEqual([`${PREFIX}tenant`]);
  });
});

describe('an application that deletes every timeout of its registry again and again', () => {
  it('delays no caller that waits for the next attempt', async () => {
    const { tokens, emulator, app } = await boot({
      imports: [ScheduleModule.forRoot()],
      emulator: { tokenTtlSeconds: 5 },
      options: { bootstrap: 'lazy' },
    });
    const registry = app.get(SchedulerRegistry);
    const deleting = setInterval(() => {
      for (const name of registry.getTimeouts()) registry.deleteTimeout(name);
    }, 1);
    try {
      emulator.fail('token', { status: 503 });
      const elapsedMs = stopwatch();
      await tokens.getToken();
      expect(elapsedMs()).toBeLessThan(2_000);
      await tokens.refresh();
      expect(emulator.counts.token.total).toBe(3);
    } finally {
      clearInterval(deleting);
    }
  });
});
