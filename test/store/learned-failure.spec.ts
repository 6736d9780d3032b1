import { describe, expect, it } from '@jest/globals';
import { ClockedStore } from '@support/clocked-store.js';
import { FakeClock } from '@support/fake-clock.js';
import { KeeperHarness, SECOND } from '@support/keeper-harness.js';
import { ClockedEndpoint, SharedProcess } from '@support/shared-process.js';
import { throughGate } from '@support/through-gate.js';
import { EndpointGate } from '../../libs/conta-simples-auth/src/accounts/endpoint-gate.js';
import { FAILURE_KINDS, isTokenFailureKind } from '../../libs/conta-simples-auth/src/model/failure-kinds.js';
import { isShared } from '../../libs/conta-simples-auth/src/store/stored-record.js';
import type { TokenOutcome } from '../../libs/conta-simples-auth/src/token/token-source.js';

/* Failures that a process did not meet itself, but learned of: they cool for what is left of them, plus jitter. */

const KINDS = Object.keys(FAILURE_KINDS).filter(isTokenFailureKind).filter(isShared);

describe.each(KINDS)('a failure of kind %s that another process met', (kind) => {
  it.each([
    [300, 1_300],
    [2_000, 3_000],
    [1_700, 2_700],
    [60_000, 66_000],
  ])('with %d ms left is waited for so long, and at most %d ms', async (coolsForMs, most) => {
    for (const random of [0, 0.999]) {
      const harness = new KeeperHarness();
      harness.clock.nextRandom = random;
      await harness.warm();
      // A life of half an hour: the least interval between two requests would be five seconds.
      harness.answer = { token: { lifeMs: 1_800 * SECOND }, afterMs: 0 };
      await harness.clock.advance(3_600 * SECOND);
      harness.requests.length = 0;
      harness.script.push({ failure: { kind, what: 'Another process was answered nothing', coolsForMs }, afterMs: 0 });
      void harness.keeper.refresh().catch(() => {});
      await harness.clock.advance(coolsForMs - 1);
      expect(harness.requests).toHaveLength(1);
      await harness.clock.advance(most - coolsForMs + 1);
      expect(harness.requests).toHaveLength(2);
    }
  });

  it('is read from the store with what is left of it', async () => {
    const clock = new FakeClock();
    const store = new ClockedStore(clock);
    const endpoint = new ClockedEndpoint(clock);
    endpoint.request = async () => ({ ok: false, failure: { kind, what: 'It said no', retryAfterMs: 20 * SECOND } });
    const [one, two] = [new SharedProcess(clock, store, endpoint), new SharedProcess(clock, store, endpoint)];
    const own = await one.obtain();
    await clock.advance(15 * SECOND);
    const learned = await two.obtain();
    if (own.ok || learned.ok) throw new Error('both should fail');
    expect(learned.failure.kind).toBe(kind);
    expect(learned.failure.coolsForMs).toBe((own.failure.notBeforeMs ?? 0) - 15 * SECOND);
    expect(own.failure.coolsForMs).toBeUndefined();
  });
});

it.each(['rate_limited', 'edge_blocked'] as const)(
  'what another account met (%s) cools for what is left',
  async (kind) => {
    const clock = new FakeClock();
    const gate = new EndpointGate(clock);
    const failed: TokenOutcome = { ok: false, failure: { kind, what: 'It said no', retryAfterMs: 20 * SECOND } };
    await throughGate(gate, async () => failed);
    await clock.advance(18 * SECOND);
    expect(await throughGate(gate, async () => failed)).toMatchObject({ failure: { kind, coolsForMs: 2 * SECOND } });
  },
);
