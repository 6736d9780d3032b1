import type { CheckedStore } from './checked-store.js';

/** What a record is overwritten with to end it. Readers treat it as a miss. */
export const ENDED_RECORD = '-';

/** A write that was given up: the store may still carry it out. */
export interface LateWrite {
  readonly key: string;
  readonly value: string;
  /** Set for a lease: a blind overwrite could end the lease of another process. */
  readonly isLease: boolean;
  readonly answer: Promise<unknown>;
}

/**
 * Takes back a write that was given up. A client that queues its commands sends this one right after the late one. A
 * store that does not keep the order is looked at again once the late write has been carried out. Never rejects.
 */
export async function takeBack(store: CheckedStore, { key, value, isLease, answer }: LateWrite): Promise<void> {
  const end = () => store.set(key, ENDED_RECORD, { ttlMs: 1 });
  try {
    if (!isLease) end().catch(() => {});
    await answer;
    if ((await store.get(key)) === value) await end();
  } catch {
    // The write failed for good, or the store does. A record that stays is recognized by its age.
  }
}
