import { describe, expect, it } from '@jest/globals';
import { AccountUse } from './account-use.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 23);

function usedAt(wall: number): AccountUse {
  const use = new AccountUse();
  use.noteUse(wall);
  return use;
}

describe('how long an account has not been used', () => {
  it.each([0, 1, 999, DAY, 24 * DAY])('is told to the millisecond after %d ms', (since) => {
    expect(usedAt(NOW - since).unusedMs(NOW)).toBe(since);
  });

  it('puts uses in their order also where the lower bits of the clock begin anew, or it was set back', () => {
    const turn = Math.ceil(NOW / 2 ** 31) * 2 ** 31;
    for (const now of [turn + 5, turn, NOW]) {
      const uses = [now - 10, now - 3, now - 1, now].map(usedAt);
      const ages = uses.map((use) => use.unusedMs(now));
      expect(ages).toEqual([...ages].sort((one, other) => other - one));
    }
    const before = [NOW + 1_000, NOW + 2_000].map((wall) => usedAt(wall).unusedMs(NOW));
    expect(before[0]).toBeGreaterThan(before[1] ?? 0);
  });
});
