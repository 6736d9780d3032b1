import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { onLimit, untilLimit, waitFor } from './deadline.js';

const never = new Promise<string>(() => {});

function limits(timeoutMs = 100) {
  const clock = new FakeClock();
  const abort = new AbortController();
  return { clock, abort, limits: { clock, timeoutMs, signal: abort.signal } };
}

describe('onLimit', () => {
  it('calls back once when the time has passed', async () => {
    const { clock, abort, limits: given } = limits();
    const reached: string[] = [];
    onLimit(given, (limit) => reached.push(limit));
    await clock.advance(99);
    expect(reached).toEqual([]);
    await clock.advance(1);
    abort.abort();
    expect(reached).toEqual(['timeout']);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('calls back once when the signal aborts', async () => {
    const { clock, abort, limits: given } = limits();
    const reached: string[] = [];
    onLimit(given, (limit) => reached.push(limit));
    abort.abort();
    await clock.advance(200);
    expect(reached).toEqual(['aborted']);
  });

  it('calls back at once if the signal has aborted already', () => {
    const { abort, limits: given } = limits();
    abort.abort();
    const reached: string[] = [];
    onLimit(given, (limit) => reached.push(limit))();
    expect(reached).toEqual(['aborted']);
  });

  it('does not call back after it was cancelled', async () => {
    const { clock, abort, limits: given } = limits();
    const reached: string[] = [];
    onLimit(given, (limit) => reached.push(limit))();
    abort.abort();
    await clock.advance(200);
    expect(reached).toEqual([]);
  });
});

describe('untilLimit', () => {
  it('resolves when the time has passed', async () => {
    const { clock, limits: given } = limits();
    const waiting = untilLimit(given);
    await clock.advance(100);
    expect(await waiting).toBe('timeout');
  });
});

describe('waitFor', () => {
  it('gives what the work brings, and leaves no listener', async () => {
    const { abort, limits: given } = limits();
    expect(await waitFor(Promise.resolve('done'), given)).toEqual({ value: 'done' });
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('says which limit was reached first', async () => {
    const late = limits();
    const waiting = waitFor(never, late.limits);
    await late.clock.advance(100);
    expect(await waiting).toEqual({ reached: 'timeout' });
    const left = limits();
    left.abort.abort();
    expect(await waitFor(never, left.limits)).toEqual({ reached: 'aborted' });
  });

  it('gives a result that was there before the limit, also if both come in one turn of the event loop', async () => {
    let fire = () => {};
    const clock = Object.assign(new FakeClock(), {
      setTimer: (callback: () => void) => {
        fire = callback;
        return { handle: undefined, cancel: () => {} };
      },
    });
    const waiting = waitFor(Promise.resolve('done'), { clock, timeoutMs: 100 });
    fire();
    expect(await waiting).toEqual({ value: 'done' });
  });

  it('rejects as the work does, and ignores what it rejects with later', async () => {
    const { clock, limits: given } = limits();
    await expect(waitFor(Promise.reject(new Error('broken')), given)).rejects.toThrow('broken');
    let fail = (_error: Error) => {};
    const waiting = waitFor(
      new Promise<string>((_resolve, reject) => {
        fail = reject;
      }),
      given,
    );
    await clock.advance(100);
    expect(await waiting).toEqual({ reached: 'timeout' });
    fail(new Error('late'));
  });
});
