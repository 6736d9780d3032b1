import type { Clock } from '../support/clock.js';

/** Until when a lease lasts by the wall clock of its writer, epoch milliseconds; `undefined` where it does not say. */
export interface LeaseValue {
  readonly endsAt: number | undefined;
}

/** The store counts from the moment of the write, which may be late; clocks of two machines may differ by this much. */
const TOLERANCE_MS = 2_000;

/** `held` by a process that asks for a token, or `ends`: the least interval until the next request. */
export function writeLease(state: 'held' | 'ends', clock: Clock, ttlMs: number): string {
  const endsAt = Math.ceil(clock.now() + ttlMs);
  const mark = Math.floor(clock.random() * 2 ** 32).toString(36);
  return `${state} ${endsAt} ${mark}`;
}

/** Also of versions that wrote the state alone, or will write more; `undefined` for a value that is not ours. */
export function readLease(value: string): LeaseValue | undefined {
  const match = /^(?:held|ends)(?: (\d{1,15})\b|$| )/.exec(value);
  return match === null ? undefined : { endsAt: match[1] === undefined ? undefined : Number(match[1]) };
}

/** Whether its writer let it end, so that the store holds it only because the write was carried out late. */
export function hasEnded({ endsAt }: LeaseValue, clock: Clock): boolean {
  return endsAt !== undefined && clock.now() > endsAt + TOLERANCE_MS;
}
