import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '@support/fake-clock.js';
import { StartTurns } from './waiting-line.js';

/** A clock whose timers fire one at a time. */
function manual() {
  const timers: (() => void)[] = [];
  const clock = Object.assign(new FakeClock(), {
    setTimer: (callback: () => void) => {
      timers.push(callback);
      return { handle: undefined, cancel: () => {} };
    },
  });
  return { clock, timers };
}

const inContext = (work: () => void) => work();
const target = (onTurn: () => void) => ({ hasLeft: false, onTurn });

describe('the starts of many token requests', () => {
  it('are spread over turns of the event loop, in order', async () => {
    const { clock, timers } = manual();
    const turns = new StartTurns(clock, inContext);
    const started: number[] = [];
    for (let index = 0; index < 100; index++) turns.add(target(() => started.push(index)));
    const sizes = [started.length];
    for (let fire = timers.shift(); fire !== undefined; fire = timers.shift()) {
      fire();
      await settle();
      sizes.push(started.length);
    }
    expect(started).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(sizes).toEqual([32, 64, 96, 100]);
  });

  it('need no turn where they are few, also after many', () => {
    const { clock, timers } = manual();
    const turns = new StartTurns(clock, inContext);
    for (let index = 0; index < 33; index++) turns.add(target(() => {}));
    timers.shift()?.();
    let isStarted = false;
    turns.add(
      target(() => {
        isStarted = true;
      }),
    );
    expect(isStarted).toBe(true);
    expect(timers).toEqual([]);
  });
});
