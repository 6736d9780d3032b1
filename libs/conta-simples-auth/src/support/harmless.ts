/** Calls foreign code so that nothing it throws, or rejects with later, goes any further. */
export function harmless<T>(call: () => T, onError: (error: unknown) => void): T | undefined {
  try {
    const result = call();
    // Any thenable, of whatever realm or library: a method implemented with `async` would otherwise end the process by
    // a rejection.
    if (isThenable(result)) result.then(undefined, onError);
    return result;
  } catch (error) {
    onError(error);
    return undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
