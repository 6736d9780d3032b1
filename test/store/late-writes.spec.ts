import { describe, expect, it } from '@jest/globals';
import { ClockedStore } from '@support/clocked-store.js';
import { FakeClock, settle } from '@support/fake-clock.js';
import { watch } from '@support/keeper-harness.js';
import { QueueingStore } from '@support/queueing-store.js';
import { ClockedEndpoint, SharedProcess } from '@support/shared-process.js';
import { SkewedClock } from '@support/skewed-clock.js';
import type { TokenFailure, TokenGrant, TokenOutcome } from '../../libs/conta-simples-auth/src/token/token-source.js';

/* A write that was given up, and that the store carries out later: Redis stood still, or a client sent its queue. */

const SECOND = 1_000;

function stage() {
  const clock = new FakeClock();
  let draws = 0;
  clock.nextRandom = () => (++draws * 0.618) % 1;
  const store = new ClockedStore(clock);
  const endpoint = new ClockedEndpoint(clock);
  const connection = new QueueingStore(store);
  const writer = new SharedProcess(clock, connection, endpoint);
  const other = () => new SharedProcess(clock, store, endpoint);
  /** What comes of an attempt within three seconds. */
  const obtained = async (outcome: Promise<TokenOutcome>) => {
    const seen = watch(outcome);
    await clock.advance(3 * SECOND);
    if (seen.value === undefined) throw new Error('there should be an outcome');
    return seen.value;
  };
  return { clock, store, endpoint, connection, writer, other, obtained };
}

function grantOf(outcome: TokenOutcome): TokenGrant {
  if (!outcome.ok) throw new Error(`there should be a token: ${outcome.failure.what}`);
  return outcome.grant;
}

describe('a token that is written late', () => {
  it('is taken back by its writer, so that no process takes it for new', async () => {
    const { clock, store, endpoint, connection, writer, other, obtained } = stage();
    connection.cutBy = ':token';
    const late = grantOf(await obtained(writer.obtain()));
    await clock.advance(60 * SECOND);
    await connection.reconnect();
    await clock.advance(2);
    expect(store.left('token')).toEqual([]);
    expect(grantOf(await obtained(other().obtain())).value).not.toBe(late.value);
    expect(endpoint.asked).toHaveLength(2);
  });

  it.each([20, 120, 1_700, 1_799])(
    'by %d s, after which its writer ended, is as old as it was',
    async (lateSeconds) => {
      const { clock, connection, writer, other, obtained } = stage();
      connection.cutBy = ':token';
      const late = grantOf(await obtained(writer.obtain()));
      await clock.advance(lateSeconds * SECOND);
      await connection.reconnect(1);
      const read = grantOf(await obtained(other().obtain()));
      if (read.value === late.value) expect(read.sentAt.monotonic).toBeLessThanOrEqual(late.sentAt.monotonic);
      else expect(lateSeconds).toBeGreaterThan(1_700);
    },
  );

  it('after the end of its life is not used', async () => {
    const { clock, connection, writer, other, obtained } = stage();
    connection.cutBy = ':token';
    const late = grantOf(await obtained(writer.obtain()));
    await clock.advance(1_800 * SECOND);
    await connection.reconnect(1);
    expect(grantOf(await obtained(other().obtain())).value).not.toBe(late.value);
  });

  it('in a store that keeps no order is taken back when it has been carried out', async () => {
    const { clock, store, endpoint, other, obtained } = stage();
    let isSlow = true;
    const unordered = {
      get: (key: string) => store.get(key),
      ttlMs: (key: string) => store.ttlMs(key),
      set: async (...args: Parameters<ClockedStore['set']>) => {
        if (args[0].endsWith(':token') && isSlow) {
          isSlow = false;
          await new Promise<void>((resolve) => clock.setTimer(resolve, 20 * SECOND));
        }
        return store.set(...args);
      },
    };
    const late = grantOf(await obtained(new SharedProcess(clock, unordered, endpoint).obtain()));
    await clock.advance(20 * SECOND);
    expect(store.left('token')).toEqual([]);
    expect(grantOf(await obtained(other().obtain())).value).not.toBe(late.value);
  });

  it('does not replace one that was obtained later', async () => {
    const { clock, connection, writer, other, obtained } = stage();
    connection.cutBy = ':token';
    const older = grantOf(await obtained(writer.obtain()));
    await clock.advance(30 * SECOND);
    const second = other();
    const newer = grantOf(await obtained(second.obtain()));
    await connection.reconnect();
    await clock.advance(2);
    const third = grantOf(await obtained(other().obtain()));
    expect(third.value).not.toBe(older.value);
    // Nor where the writer ended before it could take it back: who holds the newer one does not take it.
    await clock.advance(60 * SECOND);
    const replaced = await obtained(second.obtain('default', { cause: 'rejected', replaces: newer.value }));
    expect(grantOf(replaced).value).not.toBe(older.value);
  });

  it('is not taken by a process that holds a newer one, although its writer ended', async () => {
    const { clock, connection, writer, other, obtained } = stage();
    connection.cutBy = ':token';
    const older = grantOf(await obtained(writer.obtain()));
    await clock.advance(30 * SECOND);
    const second = other();
    const newer = grantOf(await obtained(second.obtain()));
    await clock.advance(30 * SECOND);
    await connection.reconnect(1);
    const replaced = await obtained(second.obtain('default', { cause: 'rejected', replaces: newer.value }));
    expect(grantOf(replaced).value).not.toBe(older.value);
  });
});

describe('a token that is written in time', () => {
  it('does not replace one that was obtained later, although its answer came last', async () => {
    const { clock, store, endpoint, writer, other, obtained } = stage();
    endpoint.latencyMs = 4 * SECOND;
    const slow = watch(writer.obtain());
    await clock.advance(SECOND);
    store.delete('lease');
    endpoint.latencyMs = 300;
    const newer = grantOf(await obtained(other().obtain()));
    await clock.advance(2 * SECOND);
    expect(slow.value).toMatchObject({ ok: true });
    expect(grantOf(await obtained(other().obtain())).value).toBe(newer.value);
  });

  it('replaces one whose writer has a clock that is far ahead', async () => {
    const { clock, store, endpoint, other, obtained } = stage();
    const ahead = new SharedProcess(new SkewedClock(clock, 3_600 * SECOND), store, endpoint);
    await obtained(ahead.obtain());
    await clock.advance(10 * SECOND);
    const next = grantOf(await obtained(other().obtain()));
    expect(grantOf(await obtained(other().obtain())).value).toBe(next.value);
    expect(endpoint.asked).toHaveLength(2);
  });

  it('replaces the rejected one that it was requested for, also where that seems to be newer', async () => {
    const { clock, store, endpoint, other, obtained } = stage();
    const ahead = new SharedProcess(new SkewedClock(clock, 25 * SECOND), store, endpoint);
    const rejected = grantOf(await obtained(ahead.obtain()));
    await clock.advance(5 * SECOND);
    endpoint.latencyMs = 2 * SECOND;
    const demand = { cause: 'rejected', replaces: rejected.value } as const;
    const next = grantOf(await obtained(other().obtain('default', demand)));
    expect(grantOf(await obtained(other().obtain())).value).toBe(next.value);
  });

  it('of another pair is taken, although this process has had a newer one of its last pair', async () => {
    const { clock, endpoint, writer, other, obtained } = stage();
    const shared = grantOf(await obtained(other().obtain('default', { pair: 'next' })));
    await clock.advance(10 * SECOND);
    await obtained(writer.obtain('default', { pair: 'last' }));
    expect(grantOf(await obtained(writer.obtain('default', { pair: 'next' }))).value).toBe(shared.value);
    expect(endpoint.asked).toHaveLength(2);
  });

  it('has the life that its writer knew of, also where the machine was suspended during the request', async () => {
    const { clock, endpoint, other, obtained } = stage();
    endpoint.latencyMs = 2 * SECOND;
    const outcome = watch(other().obtain());
    await clock.advance(SECOND);
    clock.suspend(600 * SECOND);
    await clock.advance(2 * SECOND);
    const { sentAt } = grantOf(outcome.value ?? { ok: false, failure: { kind: 'timeout', what: 'none' } });
    const read = grantOf(await obtained(other().obtain()));
    expect(read.sentAt.wall).toBeLessThanOrEqual(sentAt.wall + 10);
    expect(clock.monotonic() - read.sentAt.monotonic).toBeGreaterThanOrEqual(600 * SECOND);
  });
});

describe('a failure that is written late', () => {
  const limited: TokenFailure = { kind: 'rate_limited', what: 'It said no', status: 429, retryAfterMs: 24 * SECOND };
  const rejected: TokenFailure = { kind: 'credentials_rejected', what: 'It said no', status: 401 };

  it.each([
    [limited, ':endpoint', 24, 28],
    [rejected, ':failure', 60, 60],
  ])('counts from the moment of writing (%j)', async (failure, key, least, most) => {
    const { clock, endpoint, connection, writer, other, obtained } = stage();
    connection.cutBy = key;
    endpoint.request = async () => ({ ok: false, failure });
    expect(await obtained(writer.obtain())).toMatchObject({ ok: false });
    await clock.advance(7 * SECOND);
    await connection.reconnect(1);
    const read = await obtained(other().obtain());
    const coolsForMs = read.ok ? 0 : (read.failure.coolsForMs ?? 0);
    expect(coolsForMs).toBeGreaterThanOrEqual((least - 11) * SECOND);
    expect(coolsForMs).toBeLessThanOrEqual((most - 10) * SECOND);
  });

  it('after its end keeps no process from the token endpoint', async () => {
    const { clock, endpoint, connection, writer, other, obtained } = stage();
    connection.cutBy = ':endpoint';
    const request = endpoint.request.bind(endpoint);
    endpoint.request = async () => ({ ok: false, failure: limited });
    expect(await obtained(writer.obtain())).toMatchObject({ ok: false });
    endpoint.request = request;
    await clock.advance(30 * SECOND);
    await connection.reconnect(1);
    expect(await obtained(other().obtain())).toMatchObject({ ok: true });
  });
});

describe('a lease that is written late', () => {
  it('is taken over after two seconds, since no process holds it', async () => {
    const { clock, connection, writer, other, obtained } = stage();
    connection.cutBy = ':lease';
    expect(await obtained(writer.obtain())).toMatchObject({ ok: true });
    await clock.advance(30 * SECOND);
    await connection.reconnect(1);
    expect(await obtained(other().obtain())).toMatchObject({ ok: true });
  });

  it('is ended by the process that wrote it, while it runs', async () => {
    const { clock, store, connection, writer } = stage();
    connection.cutBy = ':lease';
    void writer.obtain();
    await clock.advance(30 * SECOND);
    await connection.reconnect();
    await settle();
    await clock.advance(2);
    expect(store.left('lease')).toEqual([]);
  });

  it('does not end the lease of another process', async () => {
    const { clock, store, endpoint, connection, writer, other } = stage();
    connection.cutBy = ':lease';
    void writer.obtain();
    await clock.advance(SECOND);
    endpoint.latencyMs = 4 * SECOND;
    void other().obtain();
    await clock.advance(SECOND);
    const [leftMs] = store.left('lease');
    await connection.reconnect();
    await settle();
    expect(store.left('lease')).toEqual([leftMs]);
  });

  it('of a pause after a failure is taken over, and not waited for from the start', async () => {
    const { clock, endpoint, connection, writer, other, obtained } = stage();
    const request = endpoint.request.bind(endpoint);
    endpoint.request = async () => {
      connection.cutBy = ':lease';
      return { ok: false, failure: { kind: 'edge_blocked', what: 'It said no' } };
    };
    expect(await obtained(writer.obtain())).toMatchObject({ ok: false });
    endpoint.request = request;
    await clock.advance(400 * SECOND);
    await connection.reconnect(1);
    expect(await obtained(other().obtain())).toMatchObject({ ok: true });
  });
});
