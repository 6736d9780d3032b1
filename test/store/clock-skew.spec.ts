import { describe, expect, it } from '@jest/globals';
import { ClockedStore } from '@support/clocked-store.js';
import { FakeClock } from '@support/fake-clock.js';
import { watch } from '@support/keeper-harness.js';
import { QueueingStore } from '@support/queueing-store.js';
import { ClockedEndpoint, SharedProcess } from '@support/shared-process.js';
import { SkewedClock } from '@support/skewed-clock.js';
import fc from 'fast-check';
import type { TokenOutcome } from '../../libs/conta-simples-auth/src/token/token-source.js';

/* Machines whose wall clocks disagree. */

const SECOND = 1_000;
const LIFE_SECONDS = 1_800;
/** The part of a token's life in which it is no longer handed out. */
const MARGIN_SECONDS = 30;

function stage(skewSeconds: number) {
  const clock = new FakeClock();
  let draws = 0;
  clock.nextRandom = () => (++draws * 0.618) % 1;
  const store = new ClockedStore(clock);
  const endpoint = new ClockedEndpoint(clock);
  const connection = new QueueingStore(store);
  const writer = new SharedProcess(clock, connection, endpoint);
  const reader = new SharedProcess(new SkewedClock(clock, skewSeconds * SECOND), store, endpoint);
  const obtained = async (outcome: Promise<TokenOutcome>) => {
    const seen = watch(outcome);
    await clock.advance(10 * SECOND);
    if (seen.value === undefined) throw new Error('there should be an outcome');
    return seen.value;
  };
  return { clock, store, endpoint, connection, writer, reader, obtained };
}

describe('a process whose clock is off', () => {
  it.each([
    [-3_600, 'own'],
    [-600, 'own'],
    [-40, 'own'],
    [-5, 'shared'],
    [0, 'shared'],
    [20, 'shared'],
    [600, 'shared'],
    [3_600, 'own'],
  ])('by %d s gets a token: %s', async (skewSeconds, whose) => {
    const { endpoint, writer, reader, obtained } = stage(skewSeconds);
    const first = await obtained(writer.obtain());
    const second = await obtained(reader.obtain());
    if (!first.ok || !second.ok) throw new Error('both should have a token');
    expect(endpoint.asked).toHaveLength(whose === 'shared' ? 1 : 2);
    if (whose === 'shared') expect(second.grant.sentAt.monotonic).toBeLessThanOrEqual(first.grant.sentAt.monotonic);
    expect(reader.clocksDisagree > 0).toBe(Math.abs(skewSeconds) > 30);
  });

  it.each([-3_600, -60, 60, 3_600])(
    'by %d s takes no failure of another for its own longer than it lasts',
    async (skew) => {
      const { endpoint, writer, reader, obtained } = stage(skew);
      endpoint.request = async () => ({
        ok: false,
        failure: { kind: 'rate_limited', what: 'It said no', retryAfterMs: 30 * SECOND },
      });
      await obtained(writer.obtain());
      const read = await obtained(reader.obtain('other'));
      expect(read.ok ? 0 : (read.failure.coolsForMs ?? 0)).toBeLessThanOrEqual(33 * SECOND);
    },
  );

  it('never serves a token for longer than its lifetime, with any late write', async () => {
    const seconds = (max: number) => fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max }));
    const skew = fc.tuple(seconds(2 * 3_600), fc.boolean()).map(([size, isAhead]) => (isAhead ? size : -size));
    await fc.assert(
      fc.asyncProperty(skew, seconds(2_000), seconds(1_700), async (skewSeconds, lateSeconds, waitSeconds) => {
        const { clock, connection, writer, reader, obtained } = stage(skewSeconds);
        connection.cutBy = lateSeconds > 0 ? ':token' : undefined;
        const first = await obtained(writer.obtain());
        await clock.advance(lateSeconds * SECOND);
        await connection.reconnect();
        await clock.advance(waitSeconds * SECOND + 2);
        const second = await obtained(reader.obtain());
        if (!first.ok || !second.ok) throw new Error('both should have a token');
        if (second.grant.value !== first.grant.value) return;
        const trueEnd = first.grant.sentAt.monotonic + LIFE_SECONDS * SECOND;
        const servedUntil = second.grant.sentAt.monotonic + (LIFE_SECONDS - MARGIN_SECONDS) * SECOND;
        expect(servedUntil).toBeLessThanOrEqual(trueEnd);
      }),
      { numRuns: 150 },
    );
  });
});
