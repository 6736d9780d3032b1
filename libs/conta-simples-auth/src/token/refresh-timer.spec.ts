import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { RefreshTimer } from './refresh-schedule.js';

function timer() {
  const clock = new FakeClock();
  const steps: number[] = [];
  const listed: unknown[] = [];
  let removed = 0;
  const listing = {
    add: (handle: unknown) => listed.push(handle),
    remove: () => {
      removed++;
      listed.splice(0);
    },
  };
  const start = clock.monotonic();
  const refreshTimer = new RefreshTimer(clock);
  const subject = {
    arm: (delayMs: number) => refreshTimer.arm(delayMs, () => steps.push(clock.monotonic() - start), listing),
    cancel: () => refreshTimer.cancel(),
  };
  return { clock, steps, listed, subject, removals: () => removed };
}

describe('the refresh timer', () => {
  it('does not hold the process', () => {
    const { clock, subject } = timer();
    subject.arm(1_000);
    expect(clock.pending({ hold: true })).toBe(0);
    expect(clock.pending({ hold: false })).toBe(1);
  });

  it('sleeps no longer than five minutes at a time, however far the moment', async () => {
    const { clock, steps, subject } = timer();
    subject.arm(2 ** 40);
    await clock.advance(300_000);
    expect(steps).toEqual([300_000]);
  });

  it('fires at once for a moment that has passed', async () => {
    const { clock, steps, subject } = timer();
    subject.arm(-5);
    await clock.advance(0);
    expect(steps).toEqual([0]);
  });

  it('is taken off the list once, however often it is cancelled', () => {
    const { removals, subject } = timer();
    subject.arm(1_000);
    subject.cancel();
    subject.cancel();
    expect(removals()).toBe(1);
  });

  it('is listed while it runs, and not after it fired or was cancelled', async () => {
    const { clock, listed, subject } = timer();
    subject.arm(1_000);
    expect(listed).toHaveLength(1);
    await clock.advance(1_000);
    expect(listed).toHaveLength(0);
    subject.arm(1_000);
    subject.cancel();
    expect(listed).toHaveLength(0);
    expect(clock.pending()).toBe(0);
  });

  it('is one timer, however often it is armed', async () => {
    const { clock, steps, listed, subject } = timer();
    subject.arm(1_000);
    subject.arm(500);
    subject.arm(2_000);
    expect(listed).toHaveLength(1);
    await clock.advance(10_000);
    expect(steps).toEqual([2_000]);
  });
});
