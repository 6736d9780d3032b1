import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Global, Injectable, Module, type ModuleMetadata, Scope } from '@nestjs/common';
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

@Injectable()
class OwnTimers extends SchedulerRegistry {}

@Injectable({ scope: Scope.REQUEST })
class TimersOfARequest extends SchedulerRegistry {}

/** Has the methods of the registry by name, and cannot be made. */
@Injectable()
class Facade {
  constructor() {
    throw new Error('the facade was created');
  }

  doesExist(): void {}
  getTimeout(): void {}
  addTimeout(): void {}
  deleteTimeout(): void {}
}

@Global()
@Module({ providers: [TimersOfARequest], exports: [TimersOfARequest] })
class TimersModule {}

/** An injection token that is a function with an unusual prototype. */
const UnusualToken = Object.assign(function unusual() {}, { prototype: 5 as unknown as object });

afterEach(async () => {
  jest.useRealTimers();
  await closeAll();
});

type Arrangement = Pick<ModuleMetadata, 'imports' | 'providers'>;

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

  it.each([
    ['a class derived from it', { providers: [OwnTimers] }],
    ['a request-scoped class derived from it, in a global module', { imports: [TimersModule] }],
    ['a provider token with an unusual prototype', { providers: [{ provide: UnusualToken, useValue: 1 }] }],
    ['a class with methods of the same names', { providers: [{ provide: Facade, useFactory: () => undefined }] }],
  ])('finds the SchedulerRegistry beside %s', async (_name, { imports = [], providers = [] }: Arrangement) => {
    const { app, tokens } = await boot({ imports: [...imports, ScheduleModule.forRoot()], providers });
    await tokens.getToken();
    expect(app.get(SchedulerRegistry).getTimeouts()).toEqual(['conta-simples-auth:default']);
  });

  it('renews by itself through the registry, again and again', async () => {
    const { emulator, tokens, app } = await boot({
      imports: [ScheduleModule.forRoot()],
      emulator: { tokenTtlSeconds: 1 },
    });
    await emulator.waitForRequest('token', 3);
    // On a busy machine a renewal may come after the end of a token that lives a second.
    await tokens.getToken();
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
