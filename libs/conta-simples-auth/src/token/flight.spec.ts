import { describe, expect, it } from '@jest/globals';
import { Flight } from './flight.js';
import type { TokenOutcome } from './token-source.js';

const token: TokenOutcome = { ok: true, grant: { value: 'a', lifetimeMs: 1, sentAt: { wall: 0, monotonic: 0 } } };

/** A request whose turn comes when the test says so. */
function stage() {
  let begin = () => {};
  const turn = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const signals: AbortSignal[] = [];
  const source = {
    obtain: async (signal: AbortSignal) => {
      signals.push(signal);
      return token;
    },
    canRetryEarly: async () => false,
  };
  const flight = new Flight('first', 0, true);
  return {
    flight,
    begin,
    signals,
    run: (hasTurn: boolean) => flight.run(source, undefined, () => (hasTurn ? turn : undefined)),
  };
}

describe('a token request', () => {
  it('waits for its turn, where there is one to wait for', async () => {
    const { begin, signals, run } = stage();
    const outcome = run(true);
    await Promise.resolve();
    expect(signals).toEqual([]);
    begin();
    expect(await outcome).toBe(token);
    expect(signals).toHaveLength(1);
  });

  it('that is cancelled before its turn is not made', async () => {
    const { flight, begin, signals, run } = stage();
    const outcome = run(true);
    flight.cancel();
    begin();
    expect(await outcome).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
    expect(signals).toEqual([]);
  });

  it('that is cancelled while it runs sees it by its signal', async () => {
    const { flight, signals, run } = stage();
    const outcome = run(false);
    flight.cancel();
    await outcome;
    expect(signals[0]?.aborted).toBe(true);
  });
});
