import type { AccessToken } from './access-token.js';
import type { HeldToken } from './held-token.js';

/**
 * What a call with a cached token reads, and what it notes in passing. All in one object, ahead of everything else that
 * an account has: with thousands of accounts, each further object on the way is one more that the processor has to fetch.
 */
export class AccountUse {
  /** What a call may have without another look, until {@link AccountUse.fastUntil}. */
  fast: HeldToken | undefined;
  fastPromise: Promise<AccessToken> | undefined;
  /** By the wall clock. */
  fastUntil = 0;
  /** The latest reading of the wall clock, whoever had it. */
  latestWall = 0;
  /** When somebody last asked, by the lower bits of the wall clock: enough to put a month's calls in their order. */
  usedAt = 0;
  /** Whether anybody has asked since the last attempt began. */
  wanted = false;

  noteUse(wall: number): void {
    this.usedAt = lowerBits(wall);
    this.wanted = true;
  }

  /** Milliseconds since it was last used; of more than 24 days, the rest. */
  unusedMs(wall: number): number {
    return (lowerBits(wall) - this.usedAt) & LOWER_BITS;
  }

  /** What was remembered may be out of date. */
  forget(): void {
    this.fast = undefined;
    this.fastPromise = undefined;
    this.fastUntil = 0;
  }
}

const LOWER_BITS = 0x7fffffff;

/** A small integer, which is written into the object itself; any larger number has a place of its own in memory. */
function lowerBits(wall: number): number {
  return wall & LOWER_BITS;
}
