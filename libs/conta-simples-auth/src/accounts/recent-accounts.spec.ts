import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import type { Clock } from '../support/clock.js';
import type { TokenKeeper } from '../token/keeper.js';
import { RecentAccounts } from './recent-accounts.js';

/** What decides about the eviction of an account. */
interface Use {
  usedAt: number;
  hasHadToken: boolean;
  isBusy: boolean;
}

function stage(max: number, clock: Clock = new FakeClock()) {
  const evicted: string[] = [];
  const uses = new Map<string, Use>();
  const recent = new RecentAccounts({
    max,
    clock,
    successor: () => {
      throw new Error('No call holds an evicted account here');
    },
  });
  const add = (account: string, use: Partial<Use> = {}) => {
    const keeper = {
      account,
      usedAt: 0,
      hasHadToken: true,
      isBusy: false,
      ...use,
      retire: () => evicted.push(account),
    };
    recent.add(account, keeper as unknown as TokenKeeper);
    uses.set(account, keeper);
    return keeper;
  };
  const use = (account: string): Use => {
    const found = uses.get(account);
    if (found === undefined) throw new Error(`${account} was not added`);
    return found;
  };
  return { recent, add, use, evicted, held: () => [...recent].map(({ account }) => account) };
}

/** The same numbers in each run. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the accounts used last', () => {
  it('are those that remain, in any order of use', () => {
    const random = pseudoRandom(1);
    const { recent, add, use, evicted, held } = stage(50);
    let now = 1;
    for (let round = 0; round < 2_000; round++) {
      const account = `a${Math.floor(random() * 80)}`;
      const isHeld = recent.get(account) !== undefined;
      const oldest = [...held()].sort((one, other) => use(one).usedAt - use(other).usedAt)[0];
      const isFull = held().length === 50;
      const before = evicted.length;
      if (!isHeld) add(account);
      use(account).usedAt = now++;
      expect(evicted.slice(before)).toEqual(!isHeld && isFull ? [oldest] : []);
      if (random() < 0.05) recent.delete(`a${Math.floor(random() * 80)}`);
    }
    expect(evicted.length).toBeGreaterThan(300);
  });

  it('are evicted after those that never had a token, however many have one', () => {
    const { add, use, evicted } = stage(3_000);
    for (let index = 0; index < 2_998; index++) {
      add(`a${index}`, { hasHadToken: false });
      use(`a${index}`).usedAt = index;
      use(`a${index}`).hasHadToken = true;
    }
    for (let index = 0; index < 5; index++) add(`unknown-${index}`, { hasHadToken: false });
    expect(evicted).toHaveLength(3);
    expect(evicted.every((account) => account.startsWith('unknown'))).toBe(true);
  });

  it('may be more than the limit while all are busy, and shrink to it afterwards', async () => {
    const clock = new FakeClock();
    const { recent, add, use, evicted, held } = stage(3, clock);
    for (let index = 0; index < 10; index++) add(`a${index}`, { isBusy: true, usedAt: index });
    expect(held()).toHaveLength(10);
    await clock.advance(1_000);
    expect(held()).toHaveLength(10);
    recent.delete('a9');
    for (let index = 0; index < 9; index++) use(`a${index}`).isBusy = index === 0;
    await clock.advance(1_000);
    expect(evicted).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
    expect(held()).toEqual(['a0', 'a7', 'a8']);
    use('a0').isBusy = false;
    await clock.advance(1_000);
    expect(clock.pending()).toBe(0);
    add('a10', { usedAt: 10 });
    expect(evicted.at(-1)).toBe('a0');
  });

  it('remain in order where one that is busy obtains its token', () => {
    const { add, use, evicted } = stage(3);
    add('a0', { isBusy: true, hasHadToken: false });
    for (const index of [1, 2, 3]) add(`a${index}`, { usedAt: index });
    expect(evicted).toEqual(['a1']);
    Object.assign(use('a0'), { usedAt: 10, hasHadToken: true });
    add('a4', { usedAt: 4 });
    add('a5', { usedAt: 5 });
    expect(evicted).toEqual(['a1', 'a2', 'a3']);
  });

  it('are not evicted any more once the application ends', async () => {
    const clock = new FakeClock();
    const { recent, add, use, evicted } = stage(1, clock);
    add('a0', { isBusy: true });
    add('a1');
    recent.stop();
    expect(clock.pending()).toBe(0);
    use('a0').isBusy = false;
    add('a2');
    await clock.advance(1_000);
    expect(evicted).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it('are examined for a limited time in one turn', async () => {
    const clock = new FakeClock();
    // Each reading of the clock takes a millisecond.
    const slow: Clock = {
      now: () => clock.now(),
      random: () => clock.random(),
      setTimer: (...given) => clock.setTimer(...given),
      nextTurn: (callback) => clock.nextTurn(callback),
      monotonic: () => {
        clock.block(1);
        return clock.monotonic();
      },
    };
    const { add, evicted, held } = stage(100, slow);
    for (let index = 0; index < 120; index++) add(`a${index}`);
    expect(evicted.length).toBeLessThan(20);
    await clock.advance(1_000);
    expect(held()).toHaveLength(100);
  });
});
