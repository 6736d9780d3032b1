import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { LifetimeClock, sinceMs } from './clock.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the clock that measures token lifetimes', () => {
  it.each([
    ['time passes', (clock: FakeClock) => clock.block(MINUTE), MINUTE],
    ['the machine is suspended', (clock: FakeClock) => clock.suspend(MINUTE), MINUTE],
    ['the wall clock is set forward', (clock: FakeClock) => clock.stepWall(MINUTE), MINUTE],
    ['the wall clock is set back', (clock: FakeClock) => clock.stepWall(-MINUTE), 0],
  ])('when %s', (_what, happen, elapsed) => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    happen(clock);
    expect(life.read().elapsed).toBe(elapsed);
    expect(life.read().elapsed).toBe(elapsed);
  });

  it('remembers a suspension although the wall clock is set back afterwards', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    clock.suspend(10 * MINUTE);
    life.read();
    clock.stepWall(-20 * MINUTE);
    clock.block(MINUTE);
    expect(life.read().elapsed).toBe(11 * MINUTE);
  });

  it('believes the latest reading in between', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    clock.suspend(10 * MINUTE);
    expect(life.elapsedMs()).toBe(10 * MINUTE);
    clock.stepWall(-20 * MINUTE);
    expect(life.read().elapsed).toBe(10 * MINUTE);
  });

  it.each([0.01, 0.3, 0.9, 1.7])('runs no faster for being looked at every %d ms', (gapMs) => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    for (let look = 0; look < 10_000; look++) {
      clock.block(gapMs);
      life.read();
    }
    expect(life.read().elapsed).toBeCloseTo(10_000 * gapMs, 3);
  });

  it('follows a wall clock that is drawn ahead little by little', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    for (let look = 0; look < 1_000; look++) {
      clock.block(SECOND);
      clock.stepWall(1);
      life.read();
    }
    expect(life.read().elapsed).toBeGreaterThan(1_000 * SECOND + 980);
  });

  it('counts each time that the wall clock is set forward, and never that it is set back', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    for (let turn = 0; turn < 3; turn++) {
      clock.stepWall(MINUTE);
      life.read();
      clock.stepWall(-MINUTE);
      life.read();
    }
    expect(life.read().elapsed).toBe(3 * MINUTE);
  });

  it('measures also before 1970', () => {
    const clock = new FakeClock(-10 * MINUTE);
    const life = new LifetimeClock(clock);
    clock.block(MINUTE);
    expect(life.read().elapsed).toBe(MINUTE);
  });
});

describe('the wall clock alone, read by who needs to know nothing more', () => {
  it('shows what has elapsed, in whole milliseconds', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    for (let call = 0; call < 1_000; call++) {
      clock.block(1.3);
      const elapsed = life.elapsedMs();
      expect(Number.isInteger(elapsed)).toBe(true);
      expect(Math.abs(elapsed - (call + 1) * 1.3)).toBeLessThanOrEqual(1);
    }
  });

  it('shows a suspension at once', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    clock.suspend(MINUTE);
    expect(life.elapsedMs()).toBe(MINUTE);
  });

  it('goes on as if nothing had been where it was set back', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    clock.block(10 * MINUTE);
    clock.stepWall(-HOUR);
    expect(life.elapsedMs()).toBe(10 * MINUTE);
    clock.block(MINUTE);
    expect(life.elapsedMs()).toBe(11 * MINUTE);
  });

  it('goes on also where the other clock has noticed it first', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    clock.block(10 * MINUTE);
    clock.stepWall(-HOUR);
    life.read();
    clock.block(MINUTE);
    expect(life.elapsedMs()).toBe(11 * MINUTE);
  });

  it('agrees with both clocks as often as they are asked', () => {
    const clock = new FakeClock();
    const life = new LifetimeClock(clock);
    for (let turn = 0; turn < 500; turn++) {
      clock.block(0.7);
      const alone = life.elapsedMs();
      expect(Math.abs(alone - life.read().elapsed)).toBeLessThanOrEqual(2);
    }
  });
});

it.each([
  [{ wall: 1_000, monotonic: 500 }, 500],
  [{ wall: 900, monotonic: 100 }, 400],
  [{ wall: 600, monotonic: 300 }, 300],
  [{ wall: 0, monotonic: 0 }, 0],
  [{ wall: 0, monotonic: -100 }, 0],
])('counts an interval to %p by the clock that went further: %d ms', (now, expected) => {
  expect(sinceMs({ wall: 500, monotonic: 0 }, now)).toBe(expected);
});
