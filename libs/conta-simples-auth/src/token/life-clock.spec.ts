import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { LifeClock, sinceMs } from './life-clock.js';

const MINUTE = 60_000;

describe('the clock that measures lives', () => {
  it.each([
    ['time passes', (clock: FakeClock) => clock.block(MINUTE), MINUTE],
    ['the machine is suspended', (clock: FakeClock) => clock.suspend(MINUTE), MINUTE],
    ['the wall clock is set forward', (clock: FakeClock) => clock.stepWall(MINUTE), MINUTE],
    ['the wall clock is set back', (clock: FakeClock) => clock.stepWall(-MINUTE), 0],
  ])('when %s', (_what, happen, elapsed) => {
    const clock = new FakeClock();
    const life = new LifeClock(clock);
    happen(clock);
    expect(life.look().elapsed).toBe(elapsed);
    expect(life.look().elapsed).toBe(elapsed);
  });

  it('remembers a suspension although the wall clock is set back afterwards', () => {
    const clock = new FakeClock();
    const life = new LifeClock(clock);
    clock.suspend(10 * MINUTE);
    life.look();
    clock.stepWall(-20 * MINUTE);
    clock.block(MINUTE);
    expect(life.look().elapsed).toBe(11 * MINUTE);
  });

  it('believes the latest reading that anybody had in between', () => {
    const clock = new FakeClock();
    const life = new LifeClock(clock);
    clock.suspend(10 * MINUTE);
    const seen = clock.now();
    clock.stepWall(-20 * MINUTE);
    expect(life.look(seen).elapsed).toBe(10 * MINUTE);
  });

  it('measures also before 1970', () => {
    const clock = new FakeClock(-10 * MINUTE);
    const life = new LifeClock(clock);
    clock.block(MINUTE);
    expect(life.look().elapsed).toBe(MINUTE);
  });

  it('never runs backwards, not even where both clocks do', () => {
    const clock = new FakeClock();
    const life = new LifeClock(clock);
    clock.block(-MINUTE);
    expect(life.look().elapsed).toBe(0);
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
