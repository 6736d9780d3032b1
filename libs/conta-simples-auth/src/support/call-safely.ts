import { isThenable } from './deadline.js';

/** Calls code of the application, and catches what it throws or rejects with. */
export function callSafely<T>(call: () => T, onError: (error: unknown) => void): T | undefined {
  try {
    const result = call();
    // The method may be `async`: without a handler, its rejection would end the process. Any thenable is accepted, because
    // a promise may come from another realm or library.
    if (isThenable(result)) result.then(undefined, onError);
    return result;
  } catch (error) {
    onError(error);
    return undefined;
  }
}
