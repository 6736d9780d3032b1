import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

/** Where a request is really going, and what that means for the token. */
export type Destination =
  /** To the account's own API: the checked URL is what is sent to, whatever the parts of the config say. */
  { readonly name: 'trusted'; readonly url: URL } | { readonly name: 'untrusted'; readonly why: string };

/** Whether the caller opted out, or brought credentials of its own. */
export function goesWithoutToken(config: InternalAxiosRequestConfig): boolean {
  if (config.contaSimplesAuth === false) return true;
  // axios lets `auth` replace an Authorization header.
  return AxiosHeaders.from(config.headers).has('Authorization') || Boolean(config.auth);
}

/** Decides from the final config, after every interceptor, since any part of it may have been rewritten. */
export function destinationOf(config: InternalAxiosRequestConfig, origins: ReadonlySet<string>): Destination {
  const address = fullUrl(config);
  if (!URL.canParse(address)) return untrusted('the address is not an absolute URL');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return untrusted('the address holds a user name or password');
  // A blob: URL has the origin of the page that made it.
  if (!origins.has(url.origin) || url.protocol === 'blob:') return untrusted('the address is of another origin');
  if (config.socketPath) return untrusted('socketPath leads elsewhere');
  if (config.transport) return untrusted('a transport of its own may lead elsewhere');
  if (config.http2Options?.createConnection) return untrusted('a connection of its own may lead elsewhere');
  // Over https the certificate shows who is at the other end, whichever way leads there.
  if (url.protocol === 'http:' && config.proxy) return untrusted('a proxy would read what is sent over plain http');
  if (url.protocol === 'http:' && config.lookup) return untrusted('a lookup of its own may lead elsewhere');
  url.hash = '';
  return { name: 'trusted', url };
}

function untrusted(why: string): Destination {
  return { name: 'untrusted', why };
}

/** As axios puts the parts together. What comes out is both what is checked and what is sent to. */
function fullUrl({ baseURL, url = '', allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  const isAbsolute = /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
  if (!baseURL || (isAbsolute && allowAbsoluteUrls !== false)) return url;
  return url === '' ? baseURL : `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}
