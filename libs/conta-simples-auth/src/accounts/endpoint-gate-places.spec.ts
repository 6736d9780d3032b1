import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '@support/fake-clock.js';
import { stopwatch } from '@support/stopwatch.js';
import { throughGate } from '@support/through-gate.js';
import type { GateAccount } from '../token/request-gate.js';
import type { TokenOutcome } from '../token/token-source.js';
import { EndpointGate } from './endpoint-gate.js';

const SECOND = 1_000;
const OTHER = { isSuspect: false };
const token: TokenOutcome = { ok: true, grant: { value: 'a', lifetimeMs: 1, sentAt: { wall: 0, monotonic: 0 } } };
const timedOut: TokenOutcome = { ok: false, failure: { kind: 'timeout', what: 'No answer in time' } };
const answered: TokenOutcome = { ok: false, failure: { kind: 'server_error', what: 'It answered 503', status: 503 } };

function harness() {
  const clock = new FakeClock();
  const gate = new EndpointGate(clock);
  /** Ends of the requests that run, in the order in which they were sent. */
  const sent: { readonly name: string; readonly at: number; end(outcome: TokenOutcome): void }[] = [];
  const start = clock.monotonic();
  const pass = (name: string, account: GateAccount = { isSuspect: false }, signal = new AbortController().signal) => {
    const send = () =>
      new Promise<TokenOutcome>((end) => {
        sent.push({ name, at: clock.monotonic() - start, end });
      });
    return throughGate(gate, send, signal, account);
  };
  const endAll = async (outcome: TokenOutcome) => {
    await settle();
    for (const request of sent.splice(0)) request.end(outcome);
    await settle();
  };
  return { clock, gate, pass, sent, endAll };
}

/** An account whose request has just run into its deadline of 5 s. */
async function suspect({ pass, clock, sent }: ReturnType<typeof harness>): Promise<GateAccount> {
  const account = { isSuspect: false };
  const outcome = pass('slow', account);
  await clock.advance(5 * SECOND);
  sent.pop()?.end(timedOut);
  await outcome;
  return account;
}

describe('token requests that hang', () => {
  it('do not count once they have run for a second, so that one behind 150 of them is sent', async () => {
    const { clock, pass, sent } = harness();
    for (let index = 0; index < 150; index++) void pass(`hanging-${index}`);
    void pass('good');
    await clock.advance(SECOND);
    expect(sent).toHaveLength(16);
    await clock.advance(SECOND);
    expect(sent.find(({ name }) => name === 'good')?.at).toBeLessThan(1_500);
  });

  it('are never more than 256 at once', async () => {
    const { clock, pass, sent } = harness();
    for (let index = 0; index < 300; index++) void pass(`hanging-${index}`);
    await clock.advance(10 * SECOND);
    expect(sent).toHaveLength(256);
  });

  it('are distinguished from those of a slow server by how long its answers take', async () => {
    const { clock, pass, sent, endAll } = harness();
    void pass('slow');
    await clock.advance(1_020);
    await endAll(token);
    for (let index = 0; index < 40; index++) void pass(`request-${index}`);
    await clock.advance(1_900);
    expect(sent).toHaveLength(16);
    await clock.advance(500);
    expect(sent).toHaveLength(40);
  });

  it('leave no timer behind when nothing waits', async () => {
    const { clock, pass, endAll } = harness();
    for (let index = 0; index < 20; index++) void pass(`request-${index}`);
    expect(clock.pending({ hold: true })).toBe(0);
    await endAll(token);
    await endAll(token);
    await clock.advance(SECOND);
    expect(clock.pending()).toBe(0);
  });
});

describe('accounts whose last token request hung', () => {
  it('are known by it until they get any answer', async () => {
    const stage = harness();
    const account = await suspect(stage);
    expect(account.isSuspect).toBe(true);
    void stage.pass('again', account);
    await stage.endAll(answered);
    expect(account.isSuspect).toBe(false);
  });

  it.each([
    ['that fails fast without an answer', 500],
    ['that is answered late', 3 * SECOND],
  ])('are not taken for one %s', async (_what, afterMs) => {
    const { pass, clock, endAll } = harness();
    const account = { isSuspect: false };
    void pass('request', account);
    await clock.advance(afterMs);
    await endAll(afterMs === 500 ? timedOut : answered);
    expect(account.isSuspect).toBe(false);
  });

  it('are not taken for one whose request was cancelled', async () => {
    const { pass, clock, endAll } = harness();
    const account = { isSuspect: false };
    const abort = new AbortController();
    void pass('request', account, abort.signal);
    await clock.advance(5 * SECOND);
    abort.abort();
    await endAll(timedOut);
    expect(account.isSuspect).toBe(false);
  });

  it('have 16 places together, wait two seconds for one, and fail then', async () => {
    const stage = harness();
    const { gate, pass, clock, sent } = stage;
    const account = await suspect(stage);
    const outcomes = Array.from({ length: 20 }, (_, index) => pass(`suspect-${index}`, account));
    expect(gate.hasRoomFor(account)).toBe(false);
    await clock.advance(2 * SECOND);
    expect(sent).toHaveLength(16);
    expect(await Promise.all(outcomes.slice(16))).toEqual(
      Array.from({ length: 4 }, () => ({ ok: false, failure: expect.objectContaining({ kind: 'timeout' }) })),
    );
    expect(gate.hasRoomFor(OTHER)).toBe(true);
    void pass('good');
    await settle();
    expect(sent.at(-1)?.name).toBe('good');
  });

  it('take turns with the others', async () => {
    const stage = harness();
    const { pass, clock, sent } = stage;
    const account = await suspect(stage);
    for (let index = 0; index < 16; index++) void pass('first');
    for (let index = 0; index < 3; index++) void pass('suspect', account);
    for (let index = 0; index < 3; index++) void pass('usual');
    await clock.advance(100);
    for (const request of sent.splice(0, 4)) request.end(token);
    await settle();
    expect(
      sent
        .slice(-4)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['suspect', 'suspect', 'usual', 'usual']);
  });
});

describe('a request that waited for its place', () => {
  it('frees that one place, also where it is cancelled later', async () => {
    const { gate, pass, sent, endAll } = harness();
    const abort = new AbortController();
    for (let index = 0; index < 16; index++) void pass(`request-${index}`);
    const waited = pass('waited', undefined, abort.signal);
    await endAll(token);
    abort.abort();
    await endAll(timedOut);
    await waited;
    for (let index = 0; index < 15; index++) void pass(`later-${index}`);
    expect(gate.hasRoomFor(OTHER)).toBe(true);
    void pass('last');
    await settle();
    expect(gate.hasRoomFor(OTHER)).toBe(false);
    expect(sent).toHaveLength(16);
  });

  it('gets none any more once the application has ended, until it is cancelled', async () => {
    const { gate, pass, sent, endAll, clock } = harness();
    const abort = new AbortController();
    for (let index = 0; index < 16; index++) void pass(`request-${index}`);
    void pass('waiting', undefined, abort.signal);
    gate.close();
    await endAll(token);
    void pass('late', undefined, abort.signal);
    await clock.advance(5 * SECOND);
    expect(sent).toEqual([]);
    expect(clock.pending()).toBe(0);
    abort.abort();
    await settle();
    expect(sent.map(({ name }) => name)).toEqual(['waiting', 'late']);
  });
});

describe('thousands of requests that wait', () => {
  it('leave in any order without a search through the others', async () => {
    const { gate, pass, sent, endAll } = harness();
    const aborts = Array.from({ length: 3_000 }, () => new AbortController());
    for (const abort of aborts) void pass('impatient', undefined, abort.signal);
    const elapsedMs = stopwatch();
    for (const abort of aborts.slice(16).reverse()) abort.abort();
    expect(elapsedMs()).toBeLessThan(500);
    await settle();
    expect(sent).toHaveLength(3_000);
    await endAll(timedOut);
    expect(gate.hasRoomFor(OTHER)).toBe(true);
  });
});
