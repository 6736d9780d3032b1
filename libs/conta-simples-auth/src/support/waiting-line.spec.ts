import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '@support/fake-clock.js';
import { StartTurns } from './waiting-line.js';

/** A clock whose turns come one at a time. */
function manual() {
  const planned: (() => void)[] = [];
  const clock = Object.assign(new FakeClock(), { nextTurn: (callback: () => void) => void planned.push(callback) });
  return { clock, planned };
}

const inContext = (work: () => void) => work();
const target = (onTurn: () => void) => ({ hasLeft: false, onTurn });

describe('the starts of many token requests', () => {
  it('are spread over turns of the event loop, in order', async () => {
    const { clock, planned } = manual();
    const turns = new StartTurns(clock, inContext);
    const started: number[] = [];
    for (let index = 0; index < 100; index++) turns.add(target(() => started.push(index)));
    const sizes = [started.length];
    for (let fire = planned.shift(); fire !== undefined; fire = planned.shift()) {
      fire();
      await settle();
      sizes.push(started.length);
    }
    expect(started).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(sizes).toEqual([...Array.from({ length: 12 }, (_, turn) => 8 * (turn + 1)), 100, 100]);
  });

  it('need no turn where they are few, also after many', () => {
    const { clock, planned } = manual();
    const turns = new StartTurns(clock, inContext);
    for (let index = 0; index < 9; index++) turns.add(target(() => {}));
    planned.shift()?.();
    planned.shift()?.();
    let isStarted = false;
    turns.add(
      target(() => {
        isStarted = true;
      }),
    );
    expect(isStarted).toBe(true);
    planned.shift()?.();
    expect(planned).toEqual([]);
  });
});
