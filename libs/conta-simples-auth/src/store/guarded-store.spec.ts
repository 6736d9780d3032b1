import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '@support/fake-clock.js';
import { watch } from '@support/keeper-harness.js';
import { GuardedStore, StoreUnavailable } from './guarded-store.js';
import type { TokenStore } from './token-store.js';

function harness() {
  const clock = new FakeClock();
  clock.nextRandom = 0;
  const told: string[] = [];
  const store: TokenStore = { get: async () => null, set: async () => true, ttlMs: async () => null };
  const onChange = (state: string, reason: string) => told.push(`${state}: ${reason}`);
  const guarded = new GuardedStore({ store, clock, onChange });
  let asked = 0;
  const ask = <T>(answer: () => Promise<T>) =>
    guarded.run(() => {
      asked++;
      return answer();
    });
  return { clock, told, ask, asked: () => asked };
}

const hang = () => new Promise<never>(() => {});

describe('a guarded store', () => {
  it('passes on what the store answers', async () => {
    const { ask, told, clock } = harness();
    expect(await ask(async () => 42)).toBe(42);
    expect(told).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it('does not keep the process alive while the store hangs', async () => {
    const { ask, clock } = harness();
    const operation = watch(ask(hang));
    expect([clock.pending({ hold: true }), clock.pending({ hold: false })]).toEqual([0, 1]);
    await clock.advance(250);
    expect(operation.error).toBeInstanceOf(StoreUnavailable);
  });

  it('times out after 250 ms, and does not use the store for 4 to 5 s after that', async () => {
    const { ask, clock, told, asked } = harness();
    const first = watch(ask(hang));
    await clock.advance(249);
    expect(first.state).toBe('pending');
    await clock.advance(1);
    expect(first.error).toBeInstanceOf(StoreUnavailable);
    await clock.advance(3_999);
    await expect(ask(async () => 1)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(asked()).toBe(1);
    await clock.advance(1);
    expect(await ask(async () => 1)).toBe(1);
    expect(told).toEqual(['unavailable: no answer within 250 ms', 'recovered: it answers again']);
  });

  it('is not used for longer and longer, up to 30 s, which is reported once', async () => {
    const { ask, clock, told, asked } = harness();
    const fails = () => ask(() => Promise.reject(new Error('READONLY You cannot write'))).catch(() => {});
    for (const pauseMs of [4_000, 8_000, 16_000, 24_000, 24_000]) {
      const before = asked();
      await fails();
      expect(asked()).toBe(before + 1);
      await clock.advance(pauseMs - 1);
      await fails();
      expect(asked()).toBe(before + 1);
      await clock.advance(1);
    }
    expect(told).toEqual(['unavailable: READONLY']);
  });

  it('takes operations that fail together for one failure', async () => {
    const { ask, clock, told, asked } = harness();
    const together = Array.from({ length: 8 }, () => watch(ask(hang)));
    await clock.advance(250);
    expect(together.every(({ error }) => error instanceof StoreUnavailable)).toBe(true);
    await clock.advance(3_999);
    await ask(async () => 1).catch(() => {});
    expect(asked()).toBe(8);
    await clock.advance(1);
    expect(await ask(async () => 1)).toBe(1);
    expect(told).toEqual(['unavailable: no answer within 250 ms', 'recovered: it answers again']);
  });

  it('is not taken for healthy because of operations that began before its failure', async () => {
    const { ask, clock, told } = harness();
    let answer = (_value: number) => {};
    const slow = watch(ask(() => new Promise<number>((resolve) => (answer = resolve))));
    await clock.advance(100);
    await ask(() => Promise.reject(new Error('READONLY You cannot write'))).catch(() => {});
    answer(42);
    await settle();
    expect(slow.value).toBe(42);
    expect(told).toEqual(['unavailable: READONLY']);
    await clock.advance(4_000);
    await ask(async () => 1);
    expect(told).toEqual(['unavailable: READONLY', 'recovered: it answers again']);
  });

  it.each([
    [new Error('NOPERM this user has no permissions to run set with canary'), 'NOPERM'],
    [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new Error('canary in a message'), 'an error of the client'],
    ['canary', 'an error of the client'],
    [undefined, 'an error of the client'],
  ])('shows one word of %p', async (error, word) => {
    const { ask, told } = harness();
    await ask(() => Promise.reject(error)).catch(() => {});
    expect(told).toEqual([`unavailable: ${word}`]);
  });

  it('treats a client that throws at once as one that rejects', async () => {
    const { ask } = harness();
    const throws = () => {
      throw new TypeError('the client is closed');
    };
    await expect(ask(throws)).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('does not mind a rejection that comes after the deadline', async () => {
    const { ask, clock } = harness();
    let reject = (_error: Error) => {};
    const late = watch(ask(() => new Promise((_resolve, fail) => (reject = fail))));
    await clock.advance(250);
    reject(new Error('too late'));
    await settle();
    expect(late.error).toBeInstanceOf(StoreUnavailable);
  });
});
