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
