import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { KeeperHarness, rejected, SECOND, watch } from '@support/keeper-harness.js';

/** `get()` and `getValue()` of one keeper, called at the same moment. */
function both(harness: KeeperHarness, limits?: { signal?: AbortSignal; timeoutMs?: number }) {
  return { token: watch(harness.keeper.get(limits)), value: watch(harness.keeper.getValue(limits)) };
}

describe('the value of a token', () => {
  it('comes with the token that other callers wait for, from one request', async () => {
    const harness = new KeeperHarness();
    const calls = Array.from({ length: 10 }, () => both(harness));
    await harness.clock.advance(SECOND);
    expect(calls.map(({ token, value }) => [token.value?.value, value.value])).toEqual(
      Array(10).fill(['token-1', 'token-1']),
    );
    expect(harness.requests).toHaveLength(1);
  });

  it('is that of the token that is held', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await expect(harness.keeper.getValue()).resolves.toBe('token-1');
    expect(harness.requests).toHaveLength(1);
  });

  it('is replaced by an error for each caller if there is no token', async () => {
    const harness = new KeeperHarness();
    harness.answer = rejected;
    const [first, second] = [both(harness), both(harness)];
    await harness.clock.advance(SECOND);
    const later = both(harness);
    await harness.clock.advance(SECOND);
    const errors = [first, second, later].flatMap(({ token, value }) => [token.error, value.error]);
    expect(errors.map((error) => (error as { kind: string }).kind)).toEqual(Array(6).fill('credentials_rejected'));
    expect(new Set(errors).size).toBe(6);
  });

  it('is in nothing that prints the keeper', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    const { keeper } = harness;
    await Promise.all([keeper.currentValue(), keeper.currentPromise()]);
    const printed = [
      inspect(keeper, { depth: Infinity, showHidden: true }),
      JSON.stringify({ keeper }),
      String(keeper),
    ];
    expect(printed.join()).not.toContain('token-1');
  });

  it('is waited for as long as the caller says', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 60 * SECOND }, afterMs: SECOND };
    const hasty = both(harness, { timeoutMs: 200 });
    const patient = both(harness);
    await harness.clock.advance(300);
    expect(String(hasty.value.error)).toContain('No token arrived within 200 ms');
    expect(String(hasty.value.error)).toBe(String(hasty.token.error));
    await harness.clock.advance(SECOND);
    expect(patient.value.value).toBe('token-1');
  });

  it('is not waited for after the signal of the caller', async () => {
    const harness = new KeeperHarness();
    const leaving = new AbortController();
    const call = both(harness, { signal: leaving.signal });
    leaving.abort(new Error('enough'));
    const late = both(harness, { signal: leaving.signal });
    await harness.clock.advance(SECOND);
    for (const { token, value } of [call, late])
      expect([token.error, value.error]).toEqual(Array(2).fill(leaving.signal.reason));
  });

  it('comes from the keeper that took the place of an evicted one', async () => {
    const [evicted, present] = [new KeeperHarness(), new KeeperHarness()];
    evicted.keeper.retire(() => present.keeper);
    const call = both(evicted);
    await present.clock.advance(SECOND);
    expect([call.token.value?.value, call.value.value]).toEqual(['token-1', 'token-1']);
    expect([evicted.requests.length, present.requests.length]).toEqual([0, 1]);
  });
});

describe('callers of one moment that share a wait', () => {
  const crowd = (harness: KeeperHarness, count: number) =>
    Array.from({ length: count }, () => {
      const { keeper } = harness;
      return watch(keeper.currentValue() ?? keeper.getValue());
    });

  it('get one token each, and are told apart from callers with limits', async () => {
    const harness = new KeeperHarness();
    const calls = crowd(harness, 3);
    expect(harness.keeper.currentValue()).toBeInstanceOf(Promise);
    expect(harness.keeper.currentValue({ timeoutMs: 5 })).toBeUndefined();
    await harness.clock.advance(SECOND);
    expect(calls.map(({ value }) => value)).toEqual(Array(3).fill('token-1'));
    expect(harness.requests).toHaveLength(1);
  });

  it('get an error each, also when their time is over', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 60 * SECOND }, afterMs: 60 * SECOND };
    const calls = [...crowd(harness, 3), watch<unknown>(harness.keeper.currentPromise() ?? Promise.resolve())];
    await harness.clock.advance(30 * SECOND);
    expect(calls.map(({ error }) => (error as { kind: string }).kind)).toEqual(Array(4).fill('timeout'));
    expect(new Set(calls.map(({ error }) => error)).size).toBe(4);
  });

  it('do not share with a later moment, a failure, a held token or another keeper', async () => {
    const harness = new KeeperHarness();
    crowd(harness, 1);
    await harness.clock.advance(2);
    expect(harness.keeper.currentValue()).toBeUndefined();

    const failing = new KeeperHarness();
    failing.answer = { ...rejected, afterMs: 0 };
    const [failed] = crowd(failing, 1);
    await failing.clock.advance(0);
    expect(failed?.state).toBe('rejected');
    expect(failing.keeper.currentValue()).toBeUndefined();

    const renewing = new KeeperHarness();
    await renewing.warm();
    watch(renewing.keeper.refresh());
    await expect(renewing.keeper.currentValue() ?? renewing.keeper.getValue()).resolves.toBe('token-1');

    const retired = new KeeperHarness();
    crowd(retired, 1);
    retired.keeper.retire(() => renewing.keeper);
    expect(retired.keeper.currentValue()).toBeUndefined();
  });

  it('do not share with a later moment while the wall clock stands still', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 60 * SECOND }, afterMs: 60 * SECOND };
    const frozen = harness.clock.now();
    harness.clock.now = () => frozen;
    crowd(harness, 1);
    await harness.clock.advance(9 * SECOND);
    expect(harness.keeper.currentValue()).toBeUndefined();
  });

  it('do not share at all if the wall clock has stopped, also where turns of the event loop are not seen', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 60 * SECOND }, afterMs: 60 * SECOND };
    const frozen = harness.clock.now();
    harness.clock.now = () => frozen;
    harness.clock.nextTurn = () => {};
    await harness.clock.advance(20);
    crowd(harness, 1);
    expect(harness.keeper.currentValue()).toBeUndefined();
  });

  it('count as use of the account', async () => {
    const harness = new KeeperHarness();
    await harness.clock.advance(5);
    crowd(harness, 2);
    expect(harness.keeper.usedAt).toBe(5);
  });
});
