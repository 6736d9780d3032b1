import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '@support/fake-clock.js';
import { throughGate } from '@support/through-gate.js';
import type { TokenFailureKind } from '../model/failure-kinds.js';
import type { TokenOutcome } from '../token/token-source.js';
import { EndpointGate } from './endpoint-gate.js';

const SECOND = 1_000;

function failed(kind: TokenFailureKind, retryAfterMs?: number): TokenOutcome {
  return { ok: false, failure: { kind, what: 'It failed', ...(retryAfterMs !== undefined && { retryAfterMs }) } };
}

function harness() {
  const clock = new FakeClock();
  clock.nextRandom = 0;
  const gate = new EndpointGate(clock);
  let sent = 0;
  const send = (outcome: TokenOutcome) =>
    throughGate(gate, async () => {
      sent++;
      return outcome;
    });
  return { clock, gate, send, sent: () => sent };
}

const token: TokenOutcome = { ok: true, grant: { value: 'a', lifetimeMs: 1, sentAt: { wall: 0, monotonic: 0 } } };

describe('the gate before the token endpoint', () => {
  it.each([
    ['rate_limited', 7 * SECOND, 7 * SECOND],
    ['rate_limited', undefined, 15 * SECOND],
    ['edge_blocked', undefined, 300 * SECOND],
  ] as const)('shuts for every account after %s (%s ms wished): %d ms', async (kind, wished, shutMs) => {
    const { clock, send, sent } = harness();
    expect(await send(failed(kind, wished))).toMatchObject({ failure: { kind, retryAfterMs: shutMs } });
    await clock.advance(shutMs - SECOND);
    expect(await send(token)).toMatchObject({ ok: false, failure: { kind, retryAfterMs: SECOND } });
    expect(sent()).toBe(1);
    await clock.advance(SECOND);
    expect(await send(token)).toBe(token);
    expect(sent()).toBe(2);
  });

  it.each([
    'credentials_rejected',
    'forbidden',
    'server_error',
    'network_error',
    'timeout',
    'invalid_response',
  ] as const)('stays open for the others after %s', async (kind) => {
    const { send, sent } = harness();
    await send(failed(kind));
    expect(await send(token)).toBe(token);
    expect(sent()).toBe(2);
  });

  it('lets 16 requests run at once, and the next as soon as one ends', async () => {
    const { gate } = harness();
    const ends: (() => void)[] = [];
    const running = Array.from({ length: 20 }, () =>
      throughGate(gate, () => new Promise<TokenOutcome>((resolve) => ends.push(() => resolve(token)))),
    );
    await settle();
    expect(ends).toHaveLength(16);
    ends[0]?.();
    await settle();
    expect(ends).toHaveLength(17);
    for (let index = 1; index < 20; index++) {
      ends[index]?.();
      await settle();
    }
    expect(await Promise.all(running)).toHaveLength(20);
  });

  it('says whether there is room, and gets back the place of a request that is not sent', async () => {
    const { gate } = harness();
    const ends: (() => void)[] = [];
    const hold = () => throughGate(gate, () => new Promise<TokenOutcome>((resolve) => ends.push(() => resolve(token))));
    const running = Array.from({ length: 15 }, hold);
    expect(gate.hasRoomFor({ isSuspect: false })).toBe(true);
    running.push(hold());
    expect(gate.hasRoomFor({ isSuspect: false })).toBe(false);
    const nothing = throughGate(gate, async () => undefined);
    running.push(hold());
    await settle();
    ends[0]?.();
    expect(await nothing).toBeUndefined();
    await settle();
    expect(ends).toHaveLength(17);
    for (const end of [...ends]) end();
    expect(await Promise.all(running)).toHaveLength(17);
    expect(gate.hasRoomFor({ isSuspect: false })).toBe(true);
  });

  it('does not keep a request that was aborted before', async () => {
    const { gate } = harness();
    for (let index = 0; index < 16; index++) void throughGate(gate, () => new Promise<TokenOutcome>(() => {}));
    expect(await throughGate(gate, async () => failed('timeout'), AbortSignal.abort())).toEqual(failed('timeout'));
  });

  it('shuts for what the server asked and no longer: jitter is up to each account', async () => {
    const { clock, send } = harness();
    clock.nextRandom = 0.999;
    expect(await send(failed('rate_limited', 60 * SECOND))).toMatchObject({ failure: { retryAfterMs: 60 * SECOND } });
    await clock.advance(60 * SECOND);
    expect(await send(token)).toBe(token);
  });

  it('waits longer each time that a server says to ask again at once, until a token comes', async () => {
    const { clock, send } = harness();
    for (const waitMs of [SECOND, 2 * SECOND, 4 * SECOND]) {
      expect(await send(failed('rate_limited', 0))).toMatchObject({ failure: { retryAfterMs: waitMs } });
      await clock.advance(waitMs);
    }
    await send(token);
    expect(await send(failed('rate_limited', 0))).toMatchObject({ failure: { retryAfterMs: SECOND } });
  });

  it('does not send what was queued when the limit was met', async () => {
    const { gate } = harness();
    const ends: ((outcome: TokenOutcome) => void)[] = [];
    const running = Array.from({ length: 100 }, () =>
      throughGate(gate, () => new Promise<TokenOutcome>((resolve) => ends.push(resolve))),
    );
    await settle();
    for (const end of [...ends]) end(failed('rate_limited', 60 * SECOND));
    const outcomes = await Promise.all(running);
    expect(ends).toHaveLength(16);
    expect(outcomes.every((outcome) => !outcome.ok && outcome.failure.kind === 'rate_limited')).toBe(true);
  });

  it('frees the place of a request that is aborted in the queue', async () => {
    const { gate } = harness();
    const ends: (() => void)[] = [];
    const hold = () => throughGate(gate, () => new Promise<TokenOutcome>((resolve) => ends.push(() => resolve(token))));
    const running = Array.from({ length: 16 }, hold);
    const abort = new AbortController();
    const impatient = throughGate(gate, async () => failed('timeout'), abort.signal);
    abort.abort();
    expect(await impatient).toEqual(failed('timeout'));
    const last = hold();
    await settle();
    expect(ends).toHaveLength(16);
    for (const end of [...ends]) end();
    await settle();
    ends[16]?.();
    expect(await Promise.all([...running, last])).toHaveLength(17);
  });
});
