import axios, { type AxiosAdapter, type AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { load, loaded } from './commonjs-axios.cjs';

/*
 * axios has a build for `import` and one for `require()`, each with different classes. Each request stays in the build
 * from which it came, and errors of this library's requests are instances of the error classes of both builds.
 */

export type AxiosBuild = Pick<typeof axios, 'getAdapter' | 'defaults' | 'AxiosError' | 'CanceledError'>;

let commonJs: AxiosBuild | undefined;

/** The build from which a request came. */
export function buildOf({ headers }: InternalAxiosRequestConfig): AxiosBuild {
  if (headers instanceof AxiosHeaders) return axios;
  commonJs ??= commonJsBuild(load) ?? axios;
  return commonJs;
}

/** The error that the http adapter of axios makes for a failure before there is a response. */
export function axiosErrorOf(error: unknown, config: InternalAxiosRequestConfig): AxiosError {
  return buildOf(config).AxiosError.from(error as Error, undefined, config);
}

function commonJsBuild(find: () => unknown): AxiosBuild | undefined {
  try {
    return find() as AxiosBuild | undefined;
  } catch {
    // A bundle may contain one build only.
    return undefined;
  }
}

type ErrorClass = AxiosBuild['AxiosError'] | AxiosBuild['CanceledError'];

const tokenAdapters = new WeakSet<object>();
let areJoined = false;

/** Makes errors of requests through this adapter instances of `AxiosError` of both builds. */
export function registerTokenAdapter(adapter: AxiosAdapter): void {
  tokenAdapters.add(adapter);
  joinErrorClasses();
}

/**
 * A CommonJS application has the `AxiosError` of the build for `require()`, and this library makes its requests with the
 * build for `import`: without this, `instanceof AxiosError` and Nest's `@Catch(AxiosError)` would miss every error. Both
 * classes accept errors of the other build, but only those of requests through an adapter of this library.
 *
 * Called when an adapter is made and again for each error, because the application may load axios after this library.
 */
export function joinErrorClasses(): void {
  if (areJoined) return;
  const other = commonJsBuild(loaded);
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
    return this === own && isOfTokenAdapter(value) && isPlainInstance.call(other, value);
  };
  try {
    Object.defineProperty(own, Symbol.hasInstance, { value: hasInstance, configurable: true, writable: true });
  } catch {
    // The application froze the class.
  }
}

const isPlainInstance = Function.prototype[Symbol.hasInstance];

function isOfTokenAdapter(value: unknown): boolean {
  const { config } = (value ?? {}) as { config?: { adapter?: unknown } | null };
  const adapter = config?.adapter;
  return typeof adapter === 'function' && tokenAdapters.has(adapter);
}
