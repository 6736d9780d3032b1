/** When a token is renewed and when it is no longer handed out, in milliseconds from the moment its request left. */
export interface RefreshWindow {
  readonly refreshAfterMs: number;
  readonly serveForMs: number;
}

export interface RefreshWindowInput {
  readonly lifeMs: number;
  /** Share of the life, 0.1 to 0.95, at which to refresh. */
  readonly refreshAt: number;
  /** How long the request for this token took. */
  readonly requestMs: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** Taken off the share, at random, so that replicas which started together do not refresh together. */
const JITTER_SHARE = 0.05;
/** A token is not handed out in the last part of its life: the call it goes out with still has to arrive. */
export const MARGIN_SHARE = 0.02;
const MAX_MARGIN_MS = 30_000;

export function refreshWindow({ lifeMs, refreshAt, requestMs, random }: RefreshWindowInput): RefreshWindow {
  const margin = Math.min(MAX_MARGIN_MS, lifeMs / 2, Math.max(lifeMs * MARGIN_SHARE, requestMs));
  const serveForMs = lifeMs - margin;
  const wished = lifeMs * (refreshAt - JITTER_SHARE * random);
  // On a very short life the refresh itself must still fit in before the limit.
  const refreshAfterMs = Math.max(0, Math.min(wished, serveForMs - requestMs));
  return { refreshAfterMs, serveForMs };
}

const MAX_FLOOR_MS = 5_000;
const MIN_FLOOR_MS = 250;

/** The least time between the starts of two token requests of one account, whatever happens. */
export function minimumIntervalMs(lastLifeMs: number | undefined): number {
  if (lastLifeMs === undefined) return MIN_FLOOR_MS;
  return Math.max(MIN_FLOOR_MS, Math.min(MAX_FLOOR_MS, lastLifeMs / 10));
}
