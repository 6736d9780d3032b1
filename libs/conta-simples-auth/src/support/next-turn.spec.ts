import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { nextTurn } from './clock.js';

describe('the next turn of the event loop', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('comes after the present one', async () => {
    const seen: string[] = [];
    const turn = new Promise<void>((resolve) => nextTurn(resolve)).then(() => seen.push('turn'));
    await Promise.resolve().then(() => seen.push('microtask'));
    await turn;
    expect(seen).toEqual(['microtask', 'turn']);
  });

  it('comes where fake timers have replaced all functions', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    jest.useFakeTimers();
    await new Promise<void>((resolve) => nextTurn(resolve));
    expect(jest.getTimerCount()).toBe(0);
  });
});
