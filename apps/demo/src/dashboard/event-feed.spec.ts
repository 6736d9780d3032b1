import { describe, expect, it } from '@jest/globals';
import { type ContaSimplesTokenEvent, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { Subject } from 'rxjs';
import { EventFeed } from './event-feed.js';

const acquired = (at: number): ContaSimplesTokenEvent => ({
  type: 'acquired',
  account: 'matriz',
  at,
  cause: 'scheduled',
  fingerprint: 'sha256:000000000000',
  generation: at,
  expiresAt: at + 60_000,
  durationMs: 150,
});
const replayed: ContaSimplesTokenEvent = { type: 'replayed', account: 'matriz', at: 1, status: 200 };

function feedOf() {
  const events = new Subject<ContaSimplesTokenEvent>();
  const tokens = Object.create(ContaSimplesTokenService.prototype, { events: { value: events } });
  return { events, feed: new EventFeed(tokens as ContaSimplesTokenService) };
}

describe('the feed of events', () => {
  it('hands out what is new, once, and keeps the last hundred', () => {
    const { events, feed } = feedOf();
    for (let at = 1; at <= 1_000; at++) events.next(acquired(at));
    expect(feed.take().map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_unused, index) => 901 + index));
    expect(feed.take()).toEqual([]);
    events.next(acquired(1_001));
    expect(feed.take()).toMatchObject([{ id: 1_001, cause: 'scheduled', durationMs: 150, count: 1 }]);
    expect(feed.entries).toHaveLength(100);
    expect(feed.totals).toEqual({ obtained: 1_001, failedAttempts: 0, replays: 0 });
  });

  it('makes one entry of the replays of an interval, and does not change it later', () => {
    const { events, feed } = feedOf();
    for (let call = 0; call < 40; call++) events.next(replayed);
    events.next({ ...replayed, account: 'filial-sp' });
    const taken = feed.take();
    expect(taken).toMatchObject([
      { account: 'matriz', count: 40 },
      { account: 'filial-sp', count: 1 },
    ]);
    events.next(replayed);
    expect(feed.take()).toMatchObject([{ account: 'matriz', count: 1 }]);
    expect(taken).toMatchObject([{ count: 40 }, { count: 1 }]);
    expect(feed.totals.replays).toBe(42);
  });

  it('does not count a token that another process obtained', () => {
    const { events, feed } = feedOf();
    events.next({ ...acquired(1), cause: 'shared' } as ContaSimplesTokenEvent);
    expect(feed.totals.obtained).toBe(0);
  });

  it('unsubscribes from the library when the application ends', () => {
    const { events, feed } = feedOf();
    expect(events.observed).toBe(true);
    feed.onModuleDestroy();
    expect(events.observed).toBe(false);
  });
});
