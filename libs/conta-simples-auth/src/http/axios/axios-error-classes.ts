import axios, { type AxiosAdapter } from 'axios';
import { type AxiosBuild, loadedCommonJs } from './axios-build.js';

type ErrorClass = AxiosBuild['AxiosError'] | AxiosBuild['CanceledError'];

const guardedAdapters = new WeakSet<object>();
let areJoined = false;

/** Errors of requests through this adapter are of the `AxiosError` class of both builds of axios. */
export function noteGuardedAdapter(adapter: AxiosAdapter): void {
  guardedAdapters.add(adapter);
  joinErrorClasses();
}

/**
 * A CommonJS application has the `AxiosError` of the build for `require()`, and this library makes its requests with the
 * one for `import`: `instanceof AxiosError` and Nest's `@Catch(AxiosError)` would miss every error. So both classes accept
 * errors of the other build, but only those of requests that went through an adapter of this library.
 *
 * Called when an adapter is made and again for each error: the application may load axios after this library.
 */
export function joinErrorClasses(): void {
  if (areJoined) return;
  const other = loadedCommonJs();
  if (other?.AxiosError === undefined || other.AxiosError === axios.AxiosError) return;
  areJoined = true;
  for (const name of ['AxiosError', 'CanceledError'] as const) {
    acceptErrorsOf(axios[name], other[name]);
    acceptErrorsOf(other[name], axios[name]);
  }
}

function acceptErrorsOf(own: ErrorClass, other: ErrorClass): void {
  const before = own[Symbol.hasInstance];
  const hasInstance = function (this: unknown, value: unknown): boolean {
    if (before.call(this, value)) return true;
    // A class derived from `own` inherits this method, and has no counterpart in the other build.
    return this === own && isOfGuardedRequest(value) && isPlainInstance.call(other, value);
  };
  try {
    Object.defineProperty(own, Symbol.hasInstance, { value: hasInstance, configurable: true, writable: true });
  } catch {
    // Frozen by the application: its errors stay as they are.
  }
}

const isPlainInstance = Function.prototype[Symbol.hasInstance];

function isOfGuardedRequest(value: unknown): boolean {
  const { config } = (value ?? {}) as { config?: { adapter?: unknown } | null };
  const adapter = config?.adapter;
  return typeof adapter === 'function' && guardedAdapters.has(adapter);
}
