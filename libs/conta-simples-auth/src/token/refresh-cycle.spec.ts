import { describe, expect, it } from '@jest/globals';
import {
  down,
  type HarnessOptions,
  HOUR,
  KeeperHarness,
  MINUTE,
  rejected,
  SECOND,
  watch,
} from '@support/keeper-harness.js';
import { readInstant } from '../support/clock.js';
import type { TokenDemand, TokenFailure, TokenOutcome } from './token-source.js';

/** An account that is kept fresh only while it is used, and failed while it was not. */
async function coolingUnasked(options: HarnessOptions = {}) {
  const harness = new KeeperHarness({ keepFresh: 'while_used', ...options });
  harness.script.push(rejected);
  harness.keeper.warmUp();
  await harness.clock.advance(100);
  return harness;
}

/** A monotonic clock may have started from anywhere: only its differences mean anything. */
function startBelowZero(harness: KeeperHarness): KeeperHarness {
  const monotonic = harness.clock.monotonic.bind(harness.clock);
  harness.clock.monotonic = () => monotonic() - 1e9;
  return harness;
}

describe('the state of an account without a token', () => {
  it('is empty until its callers are failed, and cooling from then on', async () => {
    const harness = new KeeperHarness();
    harness.answer = down;
    harness.keeper.warmUp();
    expect(harness.keeper.status().state).toBe('empty');
    await harness.clock.advance(100);
    expect(harness.keeper.status()).toMatchObject({ state: 'empty', lastFailure: { kind: 'server_error' } });
    await harness.clock.advance(350);
    expect(harness.keeper.status().state).toBe('cooling');
  });

  it('lets a caller wait who comes after the first failure', async () => {
    const harness = new KeeperHarness();
    harness.script.push(down);
    harness.keeper.warmUp();
    await harness.clock.advance(150);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(SECOND);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
  });

  it('tells a caller whose patience ends amid failures what failed', async () => {
    const harness = new KeeperHarness();
    harness.answer = down;
    const call = watch(harness.keeper.get({ timeoutMs: 300 }));
    await harness.clock.advance(300);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'server_error', attempts: 1 } });
  });

  it('has no timer while a request is under way', async () => {
    const harness = new KeeperHarness();
    for (const _ of [1, 2]) watch(harness.keeper.get());
    await harness.clock.advance(50);
    // Of those who wait, and one will do for all of them.
    expect(harness.clock.pending({ hold: true })).toBe(1);
    // The one of the endpoint itself, which is about to answer.
    expect(harness.clock.pending({ hold: false })).toBe(1);
  });
});

describe('an account without calls', () => {
  it('is not tried again after a failure while it is kept only by its use', async () => {
    const harness = await coolingUnasked();
    await harness.clock.advance(HOUR);
    expect(harness.requests).toHaveLength(1);
  });

  it('is tried again, at the end of its cool-down, once a caller has failed', async () => {
    const harness = await coolingUnasked();
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    await harness.clock.advance(MINUTE + 100);
    expect(harness.requests).toHaveLength(2);
    expect(harness.keeper.status().state).toBe('valid');
  });

  it('is not renewed for a caller who asked before the token came', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    const call = watch(harness.keeper.get());
    await harness.clock.advance(3 * HOUR);
    expect(call.state).toBe('resolved');
    expect(harness.requests).toHaveLength(1);
  });

  it('has no timer until a call comes', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    expect(harness.clock.pending()).toBe(0);
    await harness.keeper.get();
    expect(harness.clock.pending()).toBe(1);
  });

  it('is renewed for a caller who asked since, even if only once', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    await harness.keeper.get();
    await harness.clock.advance(HOUR);
    expect(harness.requests).toHaveLength(2);
  });

  it('is not tried again before its first token where it is kept from then on', async () => {
    const harness = await coolingUnasked({ keepFresh: 'once_held' });
    await harness.clock.advance(HOUR);
    expect(harness.requests).toHaveLength(1);
  });

  it('is renewed from its first token on where it is kept from then on', async () => {
    const harness = new KeeperHarness({ keepFresh: 'once_held' });
    await harness.warm();
    await harness.clock.advance(10 * HOUR);
    expect(harness.requests.length).toBeGreaterThan(10);
  });
});

describe('the end of a cool-down', () => {
  it('is the moment it was told for, and not a millisecond later', async () => {
    const harness = await coolingUnasked();
    await harness.clock.advance(MINUTE);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
  });

  it('lets further callers join the attempt that one of them has started', async () => {
    const harness = await coolingUnasked();
    await harness.clock.advance(MINUTE);
    const first = watch(harness.keeper.get());
    await harness.clock.advance(50);
    const second = watch(harness.keeper.get());
    await harness.clock.advance(50);
    expect([first, second]).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
    expect(harness.requests).toHaveLength(2);
  });

  it('lets no caller join an attempt that the timer started', async () => {
    const harness = await coolingUnasked();
    await harness.clock.advance(MINUTE);
    harness.keeper.warmUp();
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'credentials_rejected', attempts: 1 });
    await harness.clock.advance(100);
    expect((await harness.keeper.get()).value).toBe('token-2');
  });

  it('leaves no failureState behind where a token comes before the news that the credentials are others', async () => {
    let tell = (_isNew: boolean) => {};
    const news = new Promise<boolean>((resolve) => {
      tell = resolve;
    });
    const failure: TokenFailure = { kind: 'credentials_rejected', what: 'The token endpoint answered 401' };
    const outcomes: TokenOutcome[] = [{ ok: false, failure }];
    const harness: KeeperHarness = new KeeperHarness({
      source: {
        canRetryEarly: () => news,
        obtain: async () =>
          outcomes.shift() ?? {
            ok: true,
            grant: { value: 'abc', lifetimeMs: HOUR, sentAt: readInstant(harness.clock) },
          },
      },
    });
    await harness.warm();
    await harness.clock.advance(MINUTE - 2 * SECOND);
    watch(harness.keeper.get());
    await harness.clock.advance(2 * SECOND);
    expect(harness.keeper.status().state).toBe('valid');
    tell(true);
    await harness.clock.advance(0);
    expect(harness.keeper.status().state).toBe('valid');
  });

  it('comes for a call that finds a token ended amid a longer one, which says so', async () => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = 0.999_999;
    await harness.warm();
    harness.answer = rejected;
    await harness.clock.advance(0.99 * HOUR);
    expect(harness.types().at(-1)).not.toBe('cooling');
    await harness.clock.advance(0.01 * HOUR);
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    expect(harness.types().at(-1)).toBe('cooling');
  });
});

describe('what the account does next', () => {
  it('is to renew the token at its time, to the millisecond, however many sleeps away', async () => {
    const harness = new KeeperHarness({ settings: { refreshAt: 0.5 } });
    harness.clock.nextRandom = 0;
    harness.answer = { token: { lifeMs: 600_202 } };
    await harness.warm();
    await harness.clock.advance(301 * SECOND);
    const [first = 0, second = 0] = harness.requests;
    expect(second - first).toBe(300_101);
  });

  it('is to renew a token so short that the floor is longer', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 300 } };
    harness.keeper.warmUp();
    await harness.clock.advance(SECOND);
    expect(harness.requests.map((at) => at - 1_000)).toEqual([0, 250, 500, 750, 1_000]);
  });

  it('is to try a failed refresh() again soon, though the token is still young', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await harness.clock.advance(MINUTE);
    harness.script.push(down);
    const call = watch(harness.keeper.refresh({ timeoutMs: 150 }));
    await harness.clock.advance(10 * SECOND);
    expect(call.state).toBe('rejected');
    expect(harness.causes()).toEqual(['first', 'forced']);
  });

  it('is to replace a token that was given up, without a call', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await harness.clock.advance(10 * SECOND);
    harness.keeper.invalidate((await harness.keeper.get()).value);
    await harness.clock.advance(5 * MINUTE);
    expect(harness.keeper.status()).toMatchObject({ state: 'valid', generation: 2 });
  });

  it('is nothing else while a refresh() is under way', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await harness.clock.advance(MINUTE);
    const call = watch(harness.keeper.refresh());
    await harness.clock.advance(50);
    await harness.keeper.get();
    expect(harness.clock.pending()).toBe(2);
    await harness.clock.advance(50);
    expect(call.state).toBe('resolved');
  });

  it('has its cause also if the minimum interval delays it or it fails first', async () => {
    const harness = new KeeperHarness();
    harness.script.push(down);
    await harness.warm();
    const call = watch(harness.keeper.refresh());
    await harness.clock.advance(10 * SECOND);
    expect(call.state).toBe('resolved');
    expect(harness.causes()).toEqual(['first', 'forced']);
  });

  it('is to replace an ended token at the next call', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    await harness.clock.advance(2 * HOUR);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100);
    expect(call.state).toBe('resolved');
    expect(harness.causes()).toEqual(['first', 'expired']);
  });

  it('never is a second request, however long the first takes', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 20_000 };
    await harness.clock.advance(0.875 * HOUR - SECOND);
    for (let second = 0; second < 30; second++) {
      await harness.keeper.get();
      await harness.clock.advance(SECOND);
    }
    expect(harness.peakInFlight).toBe(1);
  });

  it('is to back off by the life of the last token, not of none', async () => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = 0.999_999;
    harness.answer = { token: { lifeMs: 20_000 } };
    await harness.warm();
    harness.answer = down;
    await harness.clock.advance(2 * MINUTE);
    const gaps = harness.requests.slice(2).map((at, index) => at - (harness.requests[index + 1] ?? 0));
    expect(Math.max(...gaps)).toBe(2_000);
  });

  it('takes a token for ended that arrives at the very end of its life', async () => {
    const harness = new KeeperHarness();
    harness.script.push({ token: { lifeMs: 100 }, afterMs: 100 });
    harness.keeper.warmUp();
    await harness.clock.advance(100);
    expect(harness.keeper.status().lastFailure).toMatchObject({
      kind: 'invalid_response',
      message: 'The token had ended before it arrived',
    });
  });
});

describe('a monotonic clock that started below zero', () => {
  it('holds no first request back', async () => {
    const harness = startBelowZero(new KeeperHarness());
    await harness.warm();
    expect(harness.keeper.status().state).toBe('valid');
  });

  it('holds no request back for a token that was revoked', async () => {
    const harness = startBelowZero(new KeeperHarness());
    await harness.warm();
    const token = await harness.keeper.get();
    harness.keeper.noteAccepted(token);
    const replacement = watch(harness.keeper.replacementFor(token));
    await harness.clock.advance(100);
    expect(replacement).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
  });

  it('holds no request back after a restart', async () => {
    const harness = startBelowZero(new KeeperHarness());
    await harness.warm();
    harness.keeper.restart();
    await harness.clock.advance(100);
    expect(harness.keeper.status()).toMatchObject({ state: 'valid', generation: 2 });
  });

  it('leaves no refusals unanswered after a restart', async () => {
    const harness = startBelowZero(new KeeperHarness());
    await harness.warm();
    harness.keeper.restart();
    await harness.clock.advance(100);
    const replacement = watch(harness.keeper.replacementFor(await harness.keeper.get()));
    await harness.clock.advance(10 * SECOND);
    expect(replacement).toMatchObject({ state: 'resolved', value: { value: 'token-3' } });
  });
});

describe('a token that another process has shared', () => {
  /** A source that shares a token of an hour, for which it was asked ten minutes ago. */
  function sharing() {
    const demands: TokenDemand[] = [];
    const harness: KeeperHarness = new KeeperHarness({
      source: {
        canRetryEarly: async () => false,
        obtain: async (_signal, demand) => {
          demands.push(demand);
          const { clock } = harness;
          const sentAt = { wall: clock.now() - 10 * MINUTE, monotonic: clock.monotonic() - 10 * MINUTE };
          return { ok: true, grant: { value: `shared-${demands.length}`, lifetimeMs: HOUR, sentAt, shared: true } };
        },
      },
    });
    return { harness, demands };
  }

  it('lives from its own request on, which none of ours was', async () => {
    const { harness } = sharing();
    await harness.warm();
    const askedAt = harness.clock.now() - SECOND - 10 * MINUTE;
    expect(harness.keeper.status()).toMatchObject({
      expiresAt: askedAt + HOUR,
      nextRefreshAt: askedAt + 0.875 * HOUR,
    });
    expect(harness.events).toMatchObject([{ type: 'acquired', cause: 'shared', durationMs: 0 }]);
  });

  it('leaves no floor behind', async () => {
    const { harness } = sharing();
    await harness.warm();
    const call = watch(harness.keeper.refresh());
    await harness.clock.advance(0);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'shared-2' } });
  });

  it('leaves no minimum interval behind, with any start of the monotonic clock', async () => {
    const { harness } = sharing();
    startBelowZero(harness);
    await harness.warm();
    const call = watch(harness.keeper.refresh());
    await harness.clock.advance(0);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'shared-2' } });
  });

  it('is fresh like any other where it was wanted because of a refusal', async () => {
    const { harness } = sharing();
    await harness.warm();
    const first = await harness.keeper.get();
    harness.keeper.noteAccepted(first);
    const second = await harness.keeper.replacementFor(first);
    expect(second?.value).toBe('shared-2');
    expect(second && (await harness.keeper.replacementFor(second))).toBeUndefined();
    expect(harness.keeper.status().generation).toBe(2);
  });

  it('is asked for by the cause, and by the token that must not come back', async () => {
    const { harness, demands } = sharing();
    await harness.warm();
    const call = watch(harness.keeper.refresh());
    await harness.clock.advance(0);
    expect(call.state).toBe('resolved');
    expect(demands).toEqual([
      { cause: 'first', replaces: undefined },
      { cause: 'forced', replaces: 'shared-1' },
    ]);
  });
});

describe('a restart', () => {
  it('forgets the token and obtains another at once, without a floor', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.keeper.restart();
    expect(harness.keeper.status()).toEqual({ account: 'default', state: 'empty', generation: 1 });
    await harness.clock.advance(100);
    expect(harness.causes()).toEqual(['first', 'first']);
  });

  it('obtains none if no caller waits or uses the account, and leaves no timer', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    harness.keeper.restart();
    await harness.clock.advance(HOUR);
    expect(harness.requests).toHaveLength(1);
    expect(harness.clock.pending()).toBe(0);
  });

  it('is the first token again for the next caller', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    harness.keeper.restart();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect(harness.causes()).toEqual(['first', 'first']);
  });

  it('leaves no timer of what was planned before', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    await harness.keeper.get();
    expect(harness.clock.pending()).toBe(1);
    harness.keeper.restart();
    expect(harness.clock.pending()).toBe(0);
  });

  it('gives up the request under way, and makes another for the callers that wait', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    const call = watch(harness.keeper.get());
    await harness.clock.advance(50);
    harness.keeper.restart();
    await harness.clock.advance(0);
    expect(harness.clock.pending({ hold: false })).toBe(1);
    await harness.clock.advance(100);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect(harness.causes()).toEqual(['first']);
  });

  it('makes a second failure news again, and the token after it a recovery', async () => {
    const harness = new KeeperHarness();
    harness.script.push(rejected, rejected);
    await harness.warm();
    harness.keeper.restart();
    await harness.clock.advance(SECOND);
    harness.keeper.restart();
    await harness.clock.advance(SECOND);
    const failed = ['refresh_failed', 'cooling'];
    expect(harness.types()).toEqual([...failed, ...failed, 'acquired', 'recovered']);
    expect(harness.events.at(-1)).toMatchObject({ attempts: 2 });
  });

  it('ends a cool-down', async () => {
    const harness = new KeeperHarness();
    harness.script.push(rejected);
    await harness.warm();
    harness.keeper.restart();
    await harness.clock.advance(100);
    expect(harness.keeper.status()).toMatchObject({ state: 'valid', generation: 1 });
    expect(harness.keeper.status()).not.toHaveProperty('lastFailure');
  });

  it.each([
    ['drained', (harness: KeeperHarness) => harness.keeper.drain()],
    ['closed', (harness: KeeperHarness) => harness.keeper.close()],
  ])('is none for an account that is being %s', async (_what, end) => {
    const harness = new KeeperHarness();
    await harness.warm();
    end(harness);
    const before = harness.keeper.status();
    harness.keeper.restart();
    await harness.clock.advance(MINUTE);
    expect(harness.keeper.status()).toEqual(before);
    expect(harness.requests).toHaveLength(1);
  });
});

describe('the end of an account', () => {
  it('gives a request under way a second more, and its callers with it', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100);
    harness.keeper.drain();
    await harness.clock.advance(999);
    expect(call.state).toBe('pending');
    await harness.clock.advance(1);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'timeout' } });
  });

  it('gives its own attempt a second as well', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    harness.keeper.drain();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(999);
    expect(call.state).toBe('pending');
    await harness.clock.advance(1);
    expect(call.state).toBe('rejected');
  });

  it('lets a request that is answered in time serve its callers', async () => {
    const harness = new KeeperHarness();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(50);
    harness.keeper.drain();
    await harness.clock.advance(50);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-1' } });
  });

  it('lets no caller wait for another try', async () => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = 0.999_999;
    harness.script.push(down);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(200);
    harness.keeper.drain();
    await harness.clock.advance(0);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'shut_down' } });
  });

  it('cuts a request short once, with any number of calls', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    harness.keeper.warmUp();
    harness.keeper.drain();
    harness.keeper.drain();
    expect(harness.clock.pending()).toBe(2);
  });

  it('of one that is retired leaves a request under way alone', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    const call = watch(harness.keeper.get());
    harness.keeper.retire();
    await harness.clock.advance(5_000);
    expect(call.state).toBe('resolved');
  });

  it('of one that is retired serves the callers that wait for another try, and is tried no more', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    harness.clock.nextRandom = 0.999_999;
    harness.script.push(down);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(200);
    harness.keeper.retire();
    await harness.clock.advance(SECOND);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect(harness.clock.pending()).toBe(0);
    await harness.clock.advance(2 * HOUR);
    expect(harness.requests).toHaveLength(2);
  });

  it('of one that is retired makes no other try after the last caller left', async () => {
    const harness = new KeeperHarness();
    harness.answer = down;
    harness.clock.nextRandom = 0.999_999;
    const call = watch(harness.keeper.get({ timeoutMs: 300 }));
    await harness.clock.advance(200);
    harness.keeper.retire();
    await harness.clock.advance(MINUTE);
    expect(call.state).toBe('rejected');
    expect(harness.requests).toHaveLength(1);
    expect(harness.clock.pending()).toBe(0);
  });

  it('of one that is retired and drained gives its request a second more', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    const call = watch(harness.keeper.get());
    harness.keeper.retire();
    harness.keeper.drain();
    await harness.clock.advance(SECOND);
    expect(call.state).toBe('rejected');
  });

  it('of one that is retired leaves no timer, and still serves its token', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.keeper.retire();
    expect(harness.clock.pending()).toBe(0);
    expect((await harness.keeper.get()).value).toBe('token-1');
  });

  it('stays the end, with any calls afterwards', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.keeper.close();
    harness.keeper.retire();
    harness.keeper.drain();
    harness.keeper.warmUp();
    expect(harness.keeper.status()).toEqual({ account: 'default', state: 'closed', generation: 1 });
    expect(harness.requests).toHaveLength(1);
  });

  it('takes the token away, and every timer', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await harness.keeper.get();
    harness.keeper.close();
    expect(harness.keeper.current()).toBeUndefined();
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'shut_down' });
    expect(harness.clock.pending()).toBe(0);
  });

  it('gives up the request under way', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    harness.keeper.warmUp();
    harness.keeper.close();
    await harness.clock.advance(0);
    expect(harness.clock.pending({ hold: false })).toBeLessThanOrEqual(1);
    await harness.clock.advance(SECOND);
    expect(harness.clock.pending()).toBe(0);
  });

  it('gives its reason also to callers that wait for another try', async () => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = 0.999_999;
    harness.script.push(down);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(200);
    harness.keeper.close(() => new Error('no such account any more'));
    await harness.clock.advance(0);
    expect(call).toMatchObject({ state: 'rejected', error: { message: 'no such account any more' } });
  });

  it('rejects each caller with a separate error, made by the reason', async () => {
    const harness = new KeeperHarness();
    const others = [1, 2, 3].map(() => watch(harness.keeper.get()));
    const waiting = watch(harness.keeper.get());
    harness.keeper.close(() => new Error('no such account any more'));
    await harness.clock.advance(0);
    expect(waiting).toMatchObject({ state: 'rejected', error: { message: 'no such account any more' } });
    expect(new Set([waiting, ...others].map(({ error }) => error)).size).toBe(4);
    await expect(harness.keeper.get()).rejects.toThrow('no such account any more');
  });
});
