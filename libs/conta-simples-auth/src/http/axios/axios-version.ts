/** For a message. Old versions open no tunnel: a proxy reads what they send by https. */
export const SUPPORTED_AXIOS = 'axios >=1.18.0 <2 is needed, also in the package that made the instance';

/** What is needed here of an axios instance. */
interface UriMaker {
  getUri(config: { url: string }): unknown;
}

/** An address that no browser or server would send to. */
const MALFORMED = 'https:axios-version.invalid';

/**
 * Whether an instance is of axios 1.18 or later. An instance does not carry the version of the package, and its defaults
 * may all be replaced. Since 1.18 axios rejects an http address without slashes, and `getUri()` shows that at once,
 * without a request; it is the same in both builds and in bundles.
 */
export function isSupportedAxios(instance: object): boolean {
  const { getUri } = instance as Partial<UriMaker>;
  if (typeof getUri !== 'function') return false;
  try {
    Reflect.apply(getUri, instance, [{ url: MALFORMED }]);
    return false;
  } catch (error) {
    return (error as { code?: unknown } | null)?.code === 'ERR_INVALID_URL';
  }
}
