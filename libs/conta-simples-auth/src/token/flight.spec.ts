import { describe, expect, it } from '@jest/globals';
import { Flight } from './flight.js';
import type { TokenOutcome } from './token-source.js';

const token: TokenOutcome = { ok: true, grant: { value: 'a', lifetimeMs: 1, sentAt: { wall: 0, monotonic: 0 } } };

function stage() {
  const signals: AbortSignal[] = [];
  const source = {
    obtain: async (signal: AbortSignal) => {
      signals.push(signal);
      return token;
    },
    canRetryEarly: async () => false,
  };
  const flight = new Flight('first', 0, true);
  return { flight, signals, run: () => flight.run(source, undefined) };
}

describe('a token request', () => {
  it('that is cancelled before it is sent is not made', async () => {
    const { flight, signals, run } = stage();
    flight.cancel();
    expect(await run()).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
    expect(signals).toEqual([]);
  });

  it('that is cancelled while it runs sees it by its signal', async () => {
    const { flight, signals, run } = stage();
    const outcome = run();
    flight.cancel();
    await outcome;
    expect(signals[0]?.aborted).toBe(true);
  });
});
