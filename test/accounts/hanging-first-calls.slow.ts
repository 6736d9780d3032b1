import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll } from '@support/boot.js';
import { bootAccounts, hang, numbered, pairOf, tookMs } from '@support/many-accounts.js';

afterEach(closeAll);

const COUNT = 150;
const hanging = numbered('hanging', COUNT);
const good = numbered('good', 20);

describe('150 accounts whose token requests hang', () => {
  it.each([
    ['before', [...hanging, ...good]],
    ['between', [...hanging.slice(COUNT / 2), ...good, ...hanging.slice(0, COUNT / 2)]],
  ])('do not delay the first calls of others that come %s them', async (_order, names) => {
    const booted = await bootAccounts(names);
    hang(booted, hanging);
    const calls = new Map(names.map((name) => [name, tookMs(booted.tokens.getToken(name))]));
    const times = await Promise.all(good.map((name) => calls.get(name)));
    expect(Math.max(...times.map(Number))).toBeLessThan(3_000);
    expect(good.every((name) => booted.tokens.status(name).state === 'valid')).toBe(true);
    // The end of the application does not wait for those that hang.
    expect(await tookMs(booted.app.close())).toBeLessThan(1_000);
    expect(booted.emulator.counts.token.peakConcurrency).toBeLessThanOrEqual(COUNT + good.length);
  });

  it('are of no effect where it is the source of the pairs that hangs', async () => {
    const booted = await bootAccounts([...hanging, ...good], {
      options: { accounts: (name) => (name.startsWith('hanging') ? new Promise(() => {}) : pairOf(name)) },
    });
    for (const name of hanging) booted.tokens.getToken(name).catch(() => {});
    expect(await tookMs(Promise.all(good.map((name) => booted.tokens.getToken(name))))).toBeLessThan(1_000);
    expect(booted.emulator.counts.token.total).toBe(good.length);
  });
});
