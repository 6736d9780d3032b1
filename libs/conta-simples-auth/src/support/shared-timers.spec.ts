import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { SharedTimers } from './shared-timers.js';

describe('timers of many accounts', () => {
  it('that are set for the same moment are one, and each calls back once', async () => {
    const clock = new FakeClock();
    const timers = new SharedTimers(clock);
    const fired: number[] = [];
    for (let index = 0; index < 1_000; index++) timers.set({ onTimer: () => fired.push(index) }, 500);
    expect(clock.pending({ hold: true })).toBe(1);
    await clock.advance(499);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    expect(clock.pending({ hold: true })).toBe(0);
  });

  it('that are set for other moments fire each at its own', async () => {
    const clock = new FakeClock();
    const timers = new SharedTimers(clock);
    const fired: string[] = [];
    timers.set({ onTimer: () => fired.push('late') }, 500);
    timers.set({ onTimer: () => fired.push('early') }, 50);
    await clock.advance(50);
    expect(fired).toEqual(['early']);
    await clock.advance(450);
    expect(fired).toEqual(['early', 'late']);
  });

  it('are cancelled each alone; the last one that is cancelled leaves no timer', async () => {
    const clock = new FakeClock();
    const timers = new SharedTimers(clock);
    const fired: string[] = [];
    const [a, b] = ['a', 'b', 'c'].map((name) => timers.set({ onTimer: () => fired.push(name) }, 500));
    const cancel = (timer = a) => timer && timers.cancel(timer);
    cancel(b);
    cancel(b);
    expect(clock.pending({ hold: true })).toBe(1);
    await clock.advance(500);
    expect(fired).toEqual(['a', 'c']);
    timers.cancel(timers.set({ onTimer: () => fired.push('d') }, 500));
    expect(clock.pending({ hold: true })).toBe(0);
    cancel(a);
    timers.set({ onTimer: () => fired.push('e') }, 500);
    await clock.advance(500);
    expect(fired).toEqual(['a', 'c', 'e']);
  });
});
