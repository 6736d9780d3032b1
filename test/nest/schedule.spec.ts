import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { boot, bootContext, closeAll } from '@support/boot.js';

@Injectable()
class Ticker {
  ticks = 0;

  @Interval(10_000)
  tick(): void {
    this.ticks++;
  }
}

afterEach(async () => {
  jest.useRealTimers();
  await closeAll();
});

describe('beside the ScheduleModule of the application', () => {
  it("leaves the application's @Interval as often as without this module", async () => {
    // Only the timer of the interval is faked: sockets, promises and the clocks are real.
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance'],
    });
    const alone = await bootContext([ScheduleModule.forRoot()], [Ticker]);
    const { app } = await boot({ imports: [ScheduleModule.forRoot()], providers: [Ticker] });
    jest.advanceTimersByTime(60_000);
    expect(alone.get(Ticker).ticks).toBe(6);
    expect(app.get(Ticker).ticks).toBe(6);
    await alone.close();
  });

  it("shows its timer in the application's SchedulerRegistry, once, and takes it away at the end", async () => {
    const { app, tokens } = await boot({ imports: [ScheduleModule.forRoot()] });
    await tokens.getToken();
    const registry = app.get(SchedulerRegistry);
    expect(registry.getTimeouts()).toEqual(['conta-simples-auth:default']);
    await closeAll();
    expect(registry.getTimeouts()).toEqual([]);
  });

  it('renews by itself through the registry, again and again', async () => {
    const { emulator, tokens, app } = await boot({
      imports: [ScheduleModule.forRoot()],
      emulator: { tokenTtlSeconds: 1 },
    });
    await emulator.waitForRequest('token', 3);
    expect(tokens.status()).toMatchObject({ state: 'valid' });
    expect(app.get(SchedulerRegistry).getTimeouts().length).toBeLessThanOrEqual(1);
    expect(emulator.counts.token.peakConcurrency).toBe(1);
  });

  it('renews by itself without a ScheduleModule as well', async () => {
    const { emulator } = await boot({ emulator: { tokenTtlSeconds: 1 } });
    await emulator.waitForRequest('token', 3);
    expect(emulator.counts.token.peakConcurrency).toBe(1);
  });

  it('still serves and renews on demand where the application deletes the timer', async () => {
    const { emulator, tokens, app } = await boot({
      imports: [ScheduleModule.forRoot()],
      emulator: { tokenTtlSeconds: 1 },
    });
    const first = await tokens.getToken();
    app.get(SchedulerRegistry).deleteTimeout('conta-simples-auth:default');
    while (Date.now() < first.expiresAt) await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await tokens.getToken();
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect(emulator.counts.token.total).toBe(2);
  });
});
