import { afterEach, describe, expect, it } from '@jest/globals';
import { type Booted, closeAll } from '@support/boot.js';
import { bootAccounts, hang, numbered, tookMs } from '@support/many-accounts.js';
import { stopwatch } from '@support/stopwatch.js';
import { ContaSimplesAuthError, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

afterEach(closeAll);

const SERVED_WITHIN_MS = 3_000;
const AT_ONCE_MS = 500;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves once calls of all these accounts fail at once. */
function allCool({ tokens }: Booted, names: readonly string[]): Promise<void> {
  const others = new Set(names);
  return new Promise((resolve) => {
    tokens.events.subscribe(({ type, account }) => {
      if (type === 'cooling' && others.delete(account) && others.size === 0) resolve();
    });
  });
}

function failuresOf({ tokens }: Booted, names: readonly string[]): Promise<unknown[]> {
  return Promise.all(names.map((name) => tokens.getToken(name).catch((error: unknown) => error)));
}

describe.each([60, 150])('%i accounts whose token requests hang', (count) => {
  const hanging = numbered('hanging', count);
  const good = numbered('good', 20);

  it('fail at once after two failures, and others that come later are served', async () => {
    const booted = await bootAccounts([...hanging, ...good]);
    hang(booted, hanging);
    const cool = allCool(booted, hanging);
    const first = await failuresOf(booted, hanging);
    expect(first.every((error) => isContaSimplesAuthError(error, 'timeout'))).toBe(true);
    await cool;
    for (const round of [0, 1]) {
      expect(await tookMs(failuresOf(booted, hanging))).toBeLessThan(AT_ONCE_MS);
      const late = good.slice(round * 10, round * 10 + 10);
      expect(await tookMs(Promise.all(late.map((name) => booted.tokens.getToken(name))))).toBeLessThan(1_500);
      await pause(3_000);
    }
  });

  it('whose renewals hang in the background do not delay others', async () => {
    const booted = await bootAccounts([...hanging, ...good], { emulator: { tokenTtlSeconds: 4 } });
    await Promise.all(hanging.map((name) => booted.tokens.getToken(name)));
    // Those that are used are renewed. They are used before the fault begins: on a slow machine some have ended by then.
    await Promise.all(hanging.map((name) => booted.tokens.getToken(name)));
    hang(booted, hanging);
    await pause(4_200);
    const failing = failuresOf(booted, hanging);
    expect(await tookMs(Promise.all(good.map((name) => booted.tokens.getToken(name))))).toBeLessThan(SERVED_WITHIN_MS);
    await failing;
  });

  it('serve their callers again soon after the token endpoint has recovered', async () => {
    const booted = await bootAccounts([...hanging, ...good]);
    const { emulator, tokens } = booted;
    const fault = emulator.fail('token', { hang: true }, { times: Number.POSITIVE_INFINITY });
    await failuresOf(booted, hanging);
    fault.cancel();
    const elapsedMs = stopwatch();
    for (const name of hanging) {
      while (
        await tokens.getToken(name).then(
          () => false,
          () => true,
        )
      ) {
        await pause(50);
      }
    }
    expect(elapsedMs()).toBeLessThan(17_000);
    expect(emulator.counts.token.peakConcurrency).toBeLessThanOrEqual(256);
  });
});

describe('a mix of accounts that hang and a limit by IP address', () => {
  it('cools all accounts for as long as the limit, and serves the good ones afterwards', async () => {
    const hanging = numbered('hanging', 60);
    const good = numbered('good', 10);
    const booted = await bootAccounts([...hanging, ...good, 'limited']);
    hang(booted, hanging);
    booted.emulator.fail({ kind: 'token', account: 'limited' }, { status: 429, headers: { 'retry-after': 2 } });
    const failing = failuresOf(booted, hanging);
    await expect(booted.tokens.getToken('limited')).rejects.toMatchObject({ kind: 'rate_limited' });
    const errors = await failuresOf(booted, good);
    expect(errors.every((error) => isContaSimplesAuthError(error, 'rate_limited'))).toBe(true);
    const retryAt = Math.max(...errors.map((error) => (error as ContaSimplesAuthError).retryAt ?? 0));
    await pause(retryAt - Date.now() + 50);
    expect(await tookMs(Promise.all(good.map((name) => booted.tokens.getToken(name))))).toBeLessThan(SERVED_WITHIN_MS);
    expect(good.every((name) => booted.tokens.status(name).state === 'valid')).toBe(true);
    await failing;
  });
});
