import { describe, expect, it } from '@jest/globals';
import { down, HOUR, KeeperHarness, MINUTE, rejected, SECOND } from '@support/keeper-harness.js';

/** When a token of an hour is renewed, counted from the answer that `warm()` waits for. */
const UNTIL_DUE = 0.875 * HOUR - SECOND;

async function remembering(options: ConstructorParameters<typeof KeeperHarness>[0] = {}) {
  const harness = new KeeperHarness(options);
  await harness.warm();
  await harness.keeper.get();
  return harness;
}

describe('a token that needs no deciding', () => {
  it('is handed out at once up to the moment it is due, and then after a look', async () => {
    const { keeper, clock } = await remembering();
    clock.block(UNTIL_DUE - 1);
    expect(keeper.current()?.token.value).toBe('token-1');
    clock.block(1);
    expect(keeper.current()).toBeUndefined();
  });

  it('is handed out at once also while it is renewed, however long that takes', async () => {
    const { keeper, clock } = await remembering();
    clock.block(UNTIL_DUE);
    await keeper.get();
    clock.block(10 * SECOND);
    expect(keeper.current()?.token.value).toBe('token-1');
  });

  it('is handed out at once while nothing would renew it', async () => {
    const { keeper, clock } = await remembering();
    keeper.drain();
    clock.block(UNTIL_DUE);
    await keeper.get();
    expect(keeper.current()?.token.value).toBe('token-1');
  });

  it('is handed out at once although its status was read', async () => {
    const { keeper } = await remembering();
    keeper.status();
    expect(keeper.current()?.token.value).toBe('token-1');
  });

  it('is not handed out beyond its limit, however long the next attempt is off', async () => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = 0.999_999;
    await harness.warm();
    harness.answer = rejected;
    await harness.clock.advance(HOUR - 33 * SECOND);
    await harness.keeper.get();
    await harness.clock.advance(1);
    // The first call checked whether the pair was replaced; no further check is due for five seconds.
    await harness.keeper.get();
    expect(harness.keeper.current()).toBeDefined();
    harness.clock.block(4 * SECOND);
    expect(harness.keeper.current()).toBeUndefined();
  });

  it('is not handed out in place of a shorter one that came since', async () => {
    const harness = await remembering();
    harness.clock.block(UNTIL_DUE);
    harness.answer = { token: { lifeMs: 10_000 }, afterMs: 100 };
    await harness.keeper.get();
    await harness.clock.advance(100);
    harness.clock.block(11 * SECOND);
    expect(harness.keeper.current()).toBeUndefined();
  });

  it('is due at its time also where the wall clock is set back meanwhile', async () => {
    const { keeper, clock } = await remembering();
    clock.stepWall(-HOUR);
    expect(keeper.current()).toBeDefined();
    clock.block(UNTIL_DUE - 1);
    expect(keeper.current()).toBeDefined();
    clock.block(1);
    expect(keeper.current()).toBeUndefined();
  });

  it('is due at its time also where time had passed before the wall clock was set back', async () => {
    const { keeper, clock } = await remembering();
    clock.block(10 * MINUTE);
    clock.stepWall(-20 * MINUTE);
    expect(keeper.current()).toBeDefined();
    clock.block(UNTIL_DUE - 10 * MINUTE);
    expect(keeper.current()).toBeUndefined();
  });

  it('is due at its time also if another call noticed that the wall clock was set back', async () => {
    const { keeper, clock } = await remembering();
    clock.block(10 * MINUTE);
    clock.stepWall(-HOUR);
    keeper.status();
    expect(keeper.current()).toBeDefined();
    clock.block(UNTIL_DUE - 10 * MINUTE);
    expect(keeper.current()).toBeUndefined();
  });

  it('is due early where the machine was suspended, although the wall clock is set back afterwards', async () => {
    const { keeper, clock } = await remembering();
    clock.suspend(30 * MINUTE);
    expect(keeper.current()).toBeDefined();
    clock.stepWall(-HOUR);
    expect(keeper.current()).toBeDefined();
    clock.block(UNTIL_DUE - 30 * MINUTE);
    expect(keeper.current()).toBeUndefined();
  });

  it('is no older for the many who look at it', async () => {
    const { keeper, clock, requests } = await remembering();
    // As busy callers with their own timeouts do: several readings within each millisecond of the wall clock.
    for (let call = 0; call < 20_000; call++) {
      clock.block(0.3);
      await keeper.get({ timeoutMs: 100 });
    }
    clock.block(UNTIL_DUE - 6 * SECOND - 50);
    await keeper.get();
    expect(requests).toHaveLength(1);
    clock.block(50);
    await keeper.get();
    expect(requests).toHaveLength(2);
  });
});

describe('the promises of a cached token', () => {
  it('are made once', async () => {
    const { keeper } = await remembering();
    const token = keeper.current()?.token;
    expect(await keeper.currentPromise()).toBe(token);
    expect(await keeper.currentValue()).toBe('token-1');
    expect(keeper.currentPromise()).toBe(keeper.currentPromise());
    expect(keeper.currentValue()).toBe(keeper.currentValue());
  });
});

describe('the status', () => {
  it('of a token that is served tells its life and the time of its renewal', async () => {
    const { keeper, clock } = await remembering();
    const obtainedAt = clock.now() - SECOND;
    expect(keeper.status()).toStrictEqual({
      account: 'default',
      state: 'valid',
      generation: 1,
      obtainedAt,
      expiresAt: obtainedAt + HOUR,
      nextRefreshAt: obtainedAt + 0.875 * HOUR,
      fingerprint: expect.stringMatching(/^sha256:/),
    });
  });

  it('tells the time of the renewal in whole milliseconds', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR + 1 } };
    await harness.warm();
    const obtainedAt = harness.clock.now() - SECOND;
    expect(harness.keeper.status().nextRefreshAt).toBe(obtainedAt + 0.875 * HOUR + 1);
  });

  it('of a token whose renewal fails tells why, and when it is tried again', async () => {
    const harness = await remembering();
    const obtainedAt = harness.clock.now() - SECOND;
    harness.answer = rejected;
    await harness.clock.advance(UNTIL_DUE + 100);
    const failedAt = harness.clock.now();
    expect(harness.keeper.status()).toStrictEqual({
      account: 'default',
      state: 'degraded',
      generation: 1,
      obtainedAt,
      expiresAt: obtainedAt + HOUR,
      nextRefreshAt: failedAt + MINUTE,
      fingerprint: expect.stringMatching(/^sha256:/),
      lastFailure: { kind: 'credentials_rejected', at: failedAt, message: 'The token endpoint answered 401' },
      retryAt: failedAt + MINUTE,
    });
  });

  it('of a token that has ended tells nothing of it', async () => {
    const harness = await remembering({ keepFresh: 'while_used' });
    harness.clock.block(HOUR);
    expect(harness.keeper.status()).toStrictEqual({ account: 'default', state: 'empty', generation: 1 });
  });
});

describe('the time an account was last asked for its token', () => {
  it('is absent until the first caller waits', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    expect(harness.keeper.usedAt).toBe(0);
  });

  it('is that of a call that had to wait', async () => {
    const harness = new KeeperHarness();
    await harness.clock.advance(5 * SECOND);
    const call = harness.keeper.get();
    await harness.clock.advance(SECOND);
    await call;
    expect(harness.keeper.usedAt).toBe(5 * SECOND);
  });

  it('is that of a call answered from memory, after a look or without one', async () => {
    const { keeper, clock } = await remembering();
    expect(keeper.usedAt).toBe(SECOND);
    clock.block(SECOND);
    keeper.current();
    expect(keeper.usedAt).toBe(2 * SECOND);
  });

  it('is later than all before it, although the wall clock was set back', async () => {
    const { keeper, clock } = await remembering();
    clock.stepWall(-HOUR);
    clock.block(SECOND);
    keeper.current();
    expect(keeper.usedAt).toBe(2 * SECOND);
  });
});

describe('what is reported about an account', () => {
  it('is that a token was given up', async () => {
    const harness = await remembering();
    harness.keeper.invalidate('token-1');
    expect(harness.types()).toEqual(['acquired', 'invalidated']);
  });

  it('is that a request was sent again', async () => {
    const harness = await remembering();
    harness.keeper.noteReplayed(200);
    expect(harness.events.at(-1)).toEqual({
      type: 'replayed',
      account: 'default',
      at: harness.clock.now(),
      status: 200,
    });
  });

  it('is that a renewal was scheduled, also where a call started it', async () => {
    const harness = await remembering();
    harness.clock.block(UNTIL_DUE);
    await harness.keeper.get();
    await harness.clock.advance(100);
    expect(harness.causes()).toEqual(['first', 'scheduled']);
  });
});

describe('a call that asks for nothing new', () => {
  it('makes no request: warmUp() with a token', async () => {
    const harness = await remembering();
    await harness.clock.advance(MINUTE);
    harness.keeper.warmUp();
    expect(harness.requests).toHaveLength(1);
  });

  it('makes no request: refresh() whose signal was aborted before', async () => {
    const harness = await remembering();
    await harness.clock.advance(MINUTE);
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(harness.keeper.refresh({ signal })).rejects.toThrow('too late');
    expect(harness.requests).toHaveLength(1);
  });

  it('does nothing: accept() of a token that is no longer held', async () => {
    const harness = await remembering();
    const token = await harness.keeper.get();
    harness.keeper.invalidate(token.value);
    expect(() => harness.keeper.noteAccepted(token)).not.toThrow();
  });
});

it('serves on a token whose renewal fails', async () => {
  const harness = await remembering();
  harness.answer = down;
  await harness.clock.advance(UNTIL_DUE + MINUTE);
  expect((await harness.keeper.get()).value).toBe('token-1');
});
