import { setTimeout as delay } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import { boot, closeAll } from '@support/boot.js';
import { expectNoTrace } from '@support/leaks.js';
import type { ContaSimplesTokenEvent } from 'nestjs-conta-simples-auth';
import { concatMap, filter, firstValueFrom, lastValueFrom, map, merge, take, tap, toArray } from 'rxjs';

afterEach(closeAll);

/** No token before one is asked for, and no more than a quarter of a second between two. */
const bootBrief = () => boot({ options: { bootstrap: 'lazy' }, emulator: { tokenTtlSeconds: 2.5 } });

const BALANCE = '/accounts/v1/balance';

/** An exception from a timer or an unhandled rejection in this time fails the test. */
const letTimersFire = () => delay(5);

const types = (events: readonly ContaSimplesTokenEvent[]) => events.map(({ type }) => type);

const REJECTION = 'Promise.reject(new Error("of the subscriber"))';

function raise(): never {
  throw new Error('of the subscriber');
}

describe('events', () => {
  it('tell of the first token, of one refused, of its successor and of the request sent again', async () => {
    const { tokens, http, emulator } = await bootBrief();
    const events: ContaSimplesTokenEvent[] = [];
    tokens.events.subscribe((event) => events.push(event));
    await http.axiosRef.get(BALANCE);
    emulator.revokeTokens();
    await http.axiosRef.get(BALANCE);
    expect(events).toMatchObject([
      { type: 'acquired', account: 'default', cause: 'first', generation: 1, at: expect.any(Number) },
      { type: 'invalidated', account: 'default' },
      { type: 'acquired', account: 'default', cause: 'rejected', generation: 2 },
      { type: 'replayed', account: 'default', status: 200 },
    ]);
    expectNoTrace(events, await tokens.getAccessToken());
  });

  it('are hot: who comes late has missed what was', async () => {
    const { tokens } = await bootBrief();
    await tokens.getToken();
    const events: ContaSimplesTokenEvent[] = [];
    tokens.events.subscribe((event) => events.push(event));
    expect(events).toEqual([]);
    await tokens.refresh();
    expect(types(events)).toEqual(['acquired']);
  });

  it('complete on close, also for who subscribes after it', async () => {
    const { tokens, app } = await boot();
    const all = lastValueFrom(tokens.events.pipe(toArray()));
    await tokens.getToken();
    await app.close();
    expect(types(await all)).toContain('acquired');
    await expect(lastValueFrom(tokens.events, { defaultValue: 'nothing more' })).resolves.toBe('nothing more');
  });

  it('end for a subscriber that has unsubscribed, and only for it', async () => {
    const { tokens } = await bootBrief();
    const left: ContaSimplesTokenEvent[] = [];
    const stayed: ContaSimplesTokenEvent[] = [];
    const subscription = tokens.events.subscribe((event) => left.push(event));
    tokens.events.pipe(map((event) => event)).subscribe({ next: (event) => stayed.push(event) });
    await tokens.getToken();
    subscription.unsubscribe();
    await tokens.refresh();
    expect([left.length, stayed.length]).toEqual([1, 2]);
  });

  it('can be awaited and put through operators as those of any Observable', async () => {
    const { tokens } = await bootBrief();
    const acquired = tokens.events.pipe(filter(({ type }) => type === 'acquired'));
    const first = firstValueFrom(acquired);
    const legacy = acquired.pipe(take(1)).toPromise();
    const slow = lastValueFrom(
      acquired.pipe(
        concatMap(async ({ type }) => `slow ${type}`),
        take(2),
        toArray(),
      ),
    );
    const merged = firstValueFrom(merge(acquired, tokens.events).pipe(take(2), toArray()));
    const each: string[] = [];
    const done = acquired.pipe(take(2)).forEach(({ type }) => void each.push(type));
    await tokens.getToken();
    await tokens.refresh();
    expect([(await first).type, (await legacy)?.type]).toEqual(['acquired', 'acquired']);
    expect(await slow).toEqual(['slow acquired', 'slow acquired']);
    expect(await merged).toHaveLength(2);
    await done;
    expect(each).toEqual(['acquired', 'acquired']);
  });

  it('reject who awaits them where an operator throws', async () => {
    const { tokens } = await bootBrief();
    const broken = firstValueFrom(tokens.events.pipe(map(raise)));
    const handled = expect(broken).rejects.toThrow('of the subscriber');
    await tokens.getToken();
    await handled;
  });
});

describe('a subscriber', () => {
  type Events = Awaited<ReturnType<typeof boot>>['tokens']['events'];

  it.each<[string, (events: Events) => unknown]>([
    ['throws', (events) => events.subscribe(raise)],
    ['throws as an observer', (events) => events.subscribe({ next: raise })],
    ['throws on completion', (events) => events.subscribe({ complete: raise })],
    ['throws in the older form', (events) => events.subscribe(null, raise, raise)],
    ['rejects', (events) => events.subscribe(async () => raise())],
    ['returns a promise of another realm that rejects', (events) => events.subscribe(() => runInNewContext(REJECTION))],
    ['throws inside map', (events) => events.pipe(map(raise)).subscribe()],
    ['throws inside map and again on the error', (events) => events.pipe(map(raise)).subscribe({ error: raise })],
    [
      'throws inside tap, stages later',
      (events) => events.pipe(filter(Boolean), tap(raise), map(String)).subscribe(raise),
    ],
    ['throws behind an operator', (events) => events.pipe(map(({ type }) => type)).subscribe(raise)],
    ['rejects inside concatMap', (events) => events.pipe(concatMap(async () => raise())).subscribe()],
  ])('that %s harms neither the tokens, nor the others, nor the process', async (_name, subscribe) => {
    const { tokens, app, http } = await bootBrief();
    const events: ContaSimplesTokenEvent[] = [];
    subscribe(tokens.events);
    tokens.events.subscribe((event) => events.push(event));
    const first = await tokens.getToken();
    await letTimersFire();
    // A token that has worked may be replaced at once.
    await http.axiosRef.get(BALANCE);
    tokens.invalidate(first);
    const second = await tokens.getToken();
    await letTimersFire();
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect(types(events)).toEqual(['acquired', 'invalidated', 'acquired']);
    await app.close();
    await letTimersFire();
  });

  it('that throws is named in the log, without what it threw', async () => {
    const lines = new Lines();
    const { tokens, app } = await bootBrief();
    app.useLogger(lines);
    tokens.events.subscribe(() => {
      throw new RangeError('holds a secret of the application');
    });
    await tokens.getToken();
    expect(lines.all.filter((line) => line.includes('RangeError'))).toHaveLength(1);
    expect(lines.all.join('\n')).not.toContain('holds a secret');
    app.useLogger(false);
  });

  it('may ask for the next token from inside its handler', async () => {
    const { tokens, emulator } = await bootBrief();
    const refreshed = firstValueFrom(
      tokens.events.pipe(
        take(1),
        concatMap(() => tokens.refresh()),
      ),
    );
    const first = await tokens.getToken();
    expect((await refreshed).fingerprint).not.toBe(first.fingerprint);
    expect(emulator.counts.token.total).toBe(2);
  });
});

describe('the log of the application', () => {
  it('that throws harms neither the tokens nor the process, also for the line about a subscriber that rejects', async () => {
    const { tokens, app } = await bootBrief();
    tokens.events.subscribe(async () => raise());
    const broken: LoggerService = { log: raise, debug: raise, warn: raise, error: raise };
    app.useLogger(broken);
    const first = await tokens.getToken();
    const second = await tokens.refresh();
    await letTimersFire();
    app.useLogger(false);
    expect(second.fingerprint).not.toBe(first.fingerprint);
  });

  it('has one line for the start of an outage and one for its end, and no token in either', async () => {
    const lines = new Lines();
    const { tokens, app, emulator } = await bootBrief();
    app.useLogger(lines);
    const recovered = firstValueFrom(tokens.events.pipe(filter(({ type }) => type === 'recovered')));
    await tokens.getToken();
    emulator.fail('token', { status: 503 }, { times: 2 });
    await Promise.allSettled([tokens.refresh(), recovered]);
    const own = lines.all.filter((line) => line.includes('account "default"'));
    expect(own.filter((line) => line.includes('Refresh fails'))).toHaveLength(1);
    expect(own.filter((line) => line.includes('works again'))).toHaveLength(1);
    expectNoTrace(lines.all, await tokens.getAccessToken());
    app.useLogger(false);
  });
});

class Lines extends ConsoleLogger {
  readonly all: string[] = [];

  protected override printMessages(messages: unknown[]): void {
    this.all.push(...messages.map(String));
  }
}
