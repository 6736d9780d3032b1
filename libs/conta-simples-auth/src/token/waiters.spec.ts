import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { watch } from '@support/keeper-harness.js';
import { AccessToken } from '../model/access-token.js';
import { SharedTimers } from '../support/shared-timers.js';
import { Waiters } from './waiters.js';

const TOKEN = new AccessToken('the-token', 0, 1_000);

function waiting() {
  const clock = new FakeClock();
  const told: string[] = [];
  const onWait = () => {
    told.push('waits');
    return () => told.push('ends');
  };
  const waiters = new Waiters(new SharedTimers(clock), (timeoutMs) => new Error(`late by ${timeoutMs}`));
  const add = (timeoutMs: number, signal?: AbortSignal) =>
    watch(waiters.add({ timeoutMs, signal }, clock.monotonic(), onWait()).token());
  return { clock, told, waiters, add };
}

describe('callers that wait', () => {
  it('of one moment and one patience cost one timer, and get one token', async () => {
    const { clock, waiters, add } = waiting();
    const calls = Array.from({ length: 1_000 }, () => add(500));
    expect([clock.pending({ hold: true }), waiters.isEmpty]).toEqual([1, false]);
    waiters.settleAll(TOKEN);
    await clock.advance(0);
    expect(new Set(calls.map(({ value }) => value))).toEqual(new Set([TOKEN]));
    expect([clock.pending({ hold: true }), waiters.isEmpty]).toEqual([0, true]);
  });

  it('get an error each, since clients write to what they are given', async () => {
    const { clock, waiters, add } = waiting();
    const calls = [add(500), add(500)];
    waiters.settleAll(() => new Error('no token'));
    await clock.advance(0);
    expect(calls.map(({ state }) => state)).toEqual(['rejected', 'rejected']);
    expect(calls[0]?.error).not.toBe(calls[1]?.error);
  });

  it('leave each at the end of its timeout, in any order', async () => {
    const { clock, waiters, add } = waiting();
    const patient = add(500);
    await clock.advance(100);
    const hasty = add(50);
    const later = add(500);
    const states = () => [patient, hasty, later].map(({ state }) => state);
    await clock.advance(49);
    expect(states()).toEqual(['pending', 'pending', 'pending']);
    await clock.advance(1);
    expect(states()).toEqual(['pending', 'rejected', 'pending']);
    expect(String(hasty.error)).toBe('Error: late by 50');
    await clock.advance(350);
    expect(states()).toEqual(['rejected', 'rejected', 'pending']);
    await clock.advance(100);
    expect(states()).toEqual(['rejected', 'rejected', 'rejected']);
    expect([clock.pending({ hold: true }), waiters.isEmpty]).toEqual([0, true]);
  });

  it('leave by their signal alone, with its reason, and leave nothing behind', async () => {
    const { clock, told, waiters, add } = waiting();
    const abort = new AbortController();
    const stays = add(500);
    const leaves = add(500, abort.signal);
    abort.abort('enough');
    await clock.advance(0);
    expect([stays.state, leaves.state, leaves.error]).toEqual(['pending', 'rejected', 'enough']);
    waiters.settleAll(TOKEN);
    await clock.advance(0);
    expect(stays.state).toBe('resolved');
    expect(told).toEqual(['waits', 'waits', 'ends', 'ends']);
    expect(clock.pending({ hold: true })).toBe(0);
  });

  it('end their wait once, although the signal comes in the same turn as the token', async () => {
    const { clock, told, waiters, add } = waiting();
    const abort = new AbortController();
    const call = add(500, abort.signal);
    waiters.settleAll(TOKEN);
    abort.abort();
    await clock.advance(0);
    expect(call.value).toBe(TOKEN);
    expect(told).toEqual(['waits', 'ends']);
  });
});
