/** What clients know as a signal: an `AbortSignal`, or the like of an older package. */
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
 * Calls back when the signal aborts; returns what ends that. However many calls share a signal, it gets one listener:
 * Node takes more than ten for a leak, and warns of it.
 */
export function onAbort(signal: CancelSignal, callback: () => void): () => void {
  const { callbacks, listener } = shared.get(signal) ?? listen(signal);
  // Told apart by who asks, also where two ask with the same function.
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
