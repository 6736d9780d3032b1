import type { AccessToken } from '../model/access-token.js';
import type { HeldToken } from './held-token.js';

/**
 * What a call with a cached token reads, and what it notes in passing. All in one object, ahead of everything else that
 * an account has, and in small integers, which need no memory of their own: with thousands of accounts, each further
 * object on the way is one more that the processor has to fetch.
 */
export class AccountUse {
  /** What a call may have without another look, until {@link AccountUse.fastUntil}. */
  fast: HeldToken | undefined;
  fastPromise: Promise<AccessToken> | undefined;
  /** In elapsed time of the `LifeClock`, as all times here. */
  fastUntil = 0;
  /** When somebody last asked. */
  usedAt = 0;
  /** Whether anybody has asked since the last attempt began. */
  wanted = false;

  noteUse(elapsed: number): void {
    this.usedAt = Math.floor(elapsed);
    this.wanted = true;
  }

  /** What was remembered may be out of date. */
  forget(): void {
    this.fast = undefined;
    this.fastPromise = undefined;
    this.fastUntil = 0;
  }
}
