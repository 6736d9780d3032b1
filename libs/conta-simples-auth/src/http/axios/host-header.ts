/**
 * Whether one of the caller's headers names another server than the address. Node and undici take the name that they check
 * the certificate against from the `Host` header, and a gateway may choose the server by it.
 */
export function namesOtherHost(headers: object, url: URL): boolean {
  for (const name of Object.keys(headers)) {
    // Only these two lengths are of interest; nearly every header has another.
    if (name.length !== 4 && name.length !== 10) continue;
    const lowerCase = name.toLowerCase();
    if (lowerCase !== 'host' && lowerCase !== ':authority') continue;
    const value = (headers as Record<string, unknown>)[name];
    // axios sends no header for these.
    if (value === undefined || value === null || value === false) continue;
    if (!isHostOf(url, String(value))) return true;
  }
  return false;
}

export function isHostOf(url: URL, given: string): boolean {
  const host = given.trim().toLowerCase();
  if (host === url.host) return true;
  return url.port === '' && host === `${url.hostname}:${url.protocol === 'http:' ? 80 : 443}`;
}
