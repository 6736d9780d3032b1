/** What a reader knows of the age of a record. */
export interface RecordTimes {
  /** What was left when the record was written, milliseconds. */
  readonly leftMs: number;
  /** By the wall clock of the writer; `undefined` where the record does not say. */
  readonly writtenAt: number | undefined;
  /** By the wall clock of the reader. */
  readonly now: number;
  /** What the store says is left; `undefined` or `Infinity` where it does not know. */
  readonly ttlMs: number | undefined;
  /** By how much the wall clocks of two machines may differ. */
  readonly toleranceMs: number;
}

export interface RecordAge {
  /** What is left by the older of both ages; 0 or less where the record must not be used. */
  readonly leftMs: number;
  /** Whether the wall clock and the store contradict each other. */
  readonly isDoubtful: boolean;
}

const MIN_TOLERANCE_MS = 1_000;
const MAX_TOLERANCE_MS = 30_000;

/** The tolerance for a margin: that at the end of a token's lifetime, or a share of a cool-down. */
export function toleranceMs(marginMs: number): number {
  return Math.max(MIN_TOLERANCE_MS, Math.min(MAX_TOLERANCE_MS, marginMs));
}

/**
 * How much is left of a record. The expiry of its key starts when the store carries out the write, which may be long after
 * the writer sent it: so the time of writing counts as well, and the older age wins. A record from the future shows that
 * the reader's clock is behind, by an unknown amount: its age by the wall clock says nothing, so it is not used.
 */
export function ageOf({ leftMs, writtenAt, now, ttlMs, toleranceMs }: RecordTimes): RecordAge {
  const byStoreMs = Math.min(leftMs, ttlMs ?? Number.POSITIVE_INFINITY);
  if (writtenAt === undefined) return { leftMs: byStoreMs, isDoubtful: false };
  const ageMs = now - writtenAt;
  if (ageMs < -toleranceMs) return { leftMs: 0, isDoubtful: true };
  const byWallMs = leftMs - Math.max(0, ageMs);
  const isTimed = ttlMs !== undefined && ttlMs !== Number.POSITIVE_INFINITY;
  return { leftMs: Math.min(byStoreMs, byWallMs), isDoubtful: isTimed && byStoreMs - byWallMs > toleranceMs };
}
