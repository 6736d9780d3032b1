import type { Clock } from './clock.js';

/** What ends a wait early. */
export interface DeadlineLimits {
  readonly clock: Clock;
  /** Milliseconds from now. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type ReachedLimit = 'timeout' | 'aborted';

/**
 * Calls back once, when the time has passed or the signal aborts; before it returns, if the signal has aborted already.
 * The timer keeps the process alive. Returns a function that cancels both.
 */
export function onLimit({ clock, timeoutMs, signal }: DeadlineLimits, callback: (reached: ReachedLimit) => void) {
  if (signal?.aborted) {
    callback('aborted');
    return () => {};
  }
  const reach = (reached: ReachedLimit) => {
    cancel();
    callback(reached);
  };
  const timer = clock.setTimer(() => reach('timeout'), timeoutMs, { hold: true });
  const ignore = signal && onAbort(signal, () => reach('aborted'));
  const cancel = () => {
    timer.cancel();
    ignore?.();
  };
  return cancel;
}

/** Whether it is a promise, of any realm or library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Waits for the first limit. Never rejects. */
export function untilLimit(limits: DeadlineLimits): Promise<ReachedLimit> {
  return new Promise((resolve) => {
    onLimit(limits, resolve);
  });
}

const LIMIT = Symbol('limit');

/**
 * Waits for `work`, but not beyond the limits; a later result of it is ignored. Rejects only as `work` does. If `work` had
 * its result before the limit, that counts, also where fake timers reach the limit in the same turn of the event loop.
 */
export async function waitFor<T>(
  work: Promise<T>,
  limits: DeadlineLimits,
): Promise<{ readonly reached?: undefined; readonly value: T } | { readonly reached: ReachedLimit }> {
  let cancel = () => {};
  let reached: ReachedLimit = 'timeout';
  const limit = new Promise<typeof LIMIT>((resolve) => {
    cancel = onLimit(limits, (which) => {
      reached = which;
      resolve(LIMIT);
    });
  });
  try {
    // Without a `then()` in between: each one would cost a turn of the microtask queue, in which the limit could win.
    const first = await Promise.race([work, limit]);
    return first === LIMIT ? { reached } : { value: first };
  } finally {
    cancel();
  }
}

/** What HTTP clients accept as a signal: an `AbortSignal`, or one of an older package. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener?: ((...args: never[]) => unknown) | undefined;
  removeEventListener?: ((...args: never[]) => unknown) | undefined;
}

interface CancelListeners {
  addEventListener?(type: 'abort', listener: () => void): void;
  removeEventListener?(type: 'abort', listener: () => void): void;
}

interface Shared {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const shared = new WeakMap<CancelSignal, Shared>();

/**
 * Calls back when the signal aborts; returns a function that stops this. All calls with the same signal share one
 * listener: Node warns of a leak when a signal has more than ten.
 */
export function onAbort(signal: CancelSignal, callback: () => void): () => void {
  const { callbacks, listener } = shared.get(signal) ?? listen(signal);
  // A new function, because two calls may pass the same callback.
  const mine = () => callback();
  callbacks.add(mine);
  return () => {
    if (!callbacks.delete(mine) || callbacks.size > 0) return;
    (signal as CancelListeners).removeEventListener?.('abort', listener);
    shared.delete(signal);
  };
}

function listen(signal: CancelSignal): Shared {
  const callbacks = new Set<() => void>();
  const listener = () => {
    for (const callback of [...callbacks]) callback();
  };
  const made = { callbacks, listener };
  shared.set(signal, made);
  (signal as CancelListeners).addEventListener?.('abort', listener);
  return made;
}
