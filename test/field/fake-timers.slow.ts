import { afterEach, expect, jest } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { run } from '@support/child.js';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { packageVersion, worksBeside } from './support/works-beside.js';

afterEach(async () => {
  jest.useRealTimers();
  await closeAll();
});

type Config = Parameters<typeof jest.useFakeTimers>[0];

/** What Node's own HTTP needs to go on; every other timer and the clock stand still. */
const STILL: Config = { doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] };

const note =
  'Jest 30, whose fake timers are those of `@sinonjs/fake-timers`, as in sinon and Vitest. Leave `nextTick`, `setImmediate` and ' +
  '`queueMicrotask` real, or use `advanceTimers: true`: without them no answer of a server arrives. `setSystemTime()` alone moves no timer: 5 s have to pass between two token requests';

worksBeside({ name: 'fake timers', version: packageVersion('@sinonjs/fake-timers'), note }, (step) => {
  step('token and call while the clock stands still', async () => {
    jest.useFakeTimers(STILL);
    const { http, emulator } = await boot();
    expect((await http.axiosRef.get('/accounts/v1/balance')).status).toBe(200);
    expect(emulator.counts.token.total).toBe(1);
  });

  step('the same with `advanceTimers: true`', async () => {
    jest.useFakeTimers({ advanceTimers: true });
    const { http } = await boot();
    expect((await http.axiosRef.get('/accounts/v1/balance')).status).toBe(200);
  });

  step('forty accounts at once while the clock stands still', async () => {
    jest.useFakeTimers(STILL);
    const { tokens } = await boot({ options: { accounts: () => EMULATOR_CREDENTIALS } });
    const names = Array.from({ length: 40 }, (_, index) => `account-${index}`);
    expect(await Promise.all(names.map((name) => tokens.getAccessToken(name)))).toHaveLength(40);
  });

  step('fake timers of `node:test` that are removed after the library was loaded', async () => {
    expect((await run('test/fixtures/late-import.mjs', {})).output).toMatch(/40$/);
  });

  step('401 and replay', async () => {
    jest.useFakeTimers(STILL);
    const { http, emulator } = await boot();
    await http.axiosRef.get('/accounts/v1/balance');
    emulator.revokeTokens();
    expect((await http.axiosRef.get('/accounts/v1/balance')).status).toBe(200);
    expect(emulator.counts.token.total).toBe(2);
  });

  step('a scheduled renewal by `advanceTimersByTime()`', async () => {
    jest.useFakeTimers(STILL);
    const { tokens, emulator } = await boot();
    const first = await tokens.getAccessToken();
    jest.advanceTimersByTime(28 * 60_000);
    await emulator.waitForRequest('token', 2);
    while (tokens.status().generation < 2) await new Promise(setImmediate);
    expect(await tokens.getAccessToken()).not.toBe(first);
  });

  step('`setSystemTime()` past the end of a token', async () => {
    jest.useFakeTimers(STILL);
    const { tokens, emulator } = await boot();
    const first = await tokens.getAccessToken();
    // setSystemTime() moves no timer, and 5 s have to pass between two token requests.
    jest.advanceTimersByTime(5_000);
    jest.setSystemTime(Date.now() + 31 * 60_000);
    expect(await tokens.getAccessToken()).not.toBe(first);
    expect(emulator.counts.token.total).toBe(2);
    const second = await tokens.getAccessToken();
    jest.setSystemTime(Date.now() - 62 * 60_000);
    expect(await tokens.getAccessToken()).toBe(second);
  });

  step('failure: a retry that waits for `advanceTimersByTime()`', async () => {
    jest.useFakeTimers(STILL);
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    emulator.fail('token', { status: 503 }, { times: 1 });
    const token = tokens.getToken();
    await emulator.waitForRequest('token');
    while (emulator.counts.token.total < 2) {
      await jest.advanceTimersByTimeAsync(100);
      await new Promise(setImmediate);
    }
    expect((await token).type).toBe('Bearer');
  });

  step('close', async () => {
    jest.useFakeTimers(STILL);
    const { app, tokens } = await boot();
    await tokens.getToken();
    await app.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});
