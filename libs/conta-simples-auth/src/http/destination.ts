import type { InternalAxiosRequestConfig } from 'axios';

/** Where a request is really going, and what that means for the token. */
export type Destination =
  /** To the account's own API: the checked URL is what is sent to, whatever the parts of the config say. */
  | { readonly name: 'trusted'; readonly url: URL }
  /** The caller opted out, or brought credentials of its own. */
  | { readonly name: 'own_credentials' }
  | { readonly name: 'untrusted'; readonly why: string };

/** A request of an application, with the one setting that this library adds. */
export type GuardedRequestConfig = InternalAxiosRequestConfig & { contaSimplesAuth?: boolean };

/** Decides from the final config, after every interceptor, since any part of it may have been rewritten. */
export function destinationOf(config: GuardedRequestConfig, origins: ReadonlySet<string>): Destination {
  if (config.contaSimplesAuth === false) return OWN_CREDENTIALS;
  // axios lets `auth` replace an Authorization header.
  if (config.headers.has('Authorization') || config.auth) return OWN_CREDENTIALS;
  const address = fullUrl(config);
  if (!URL.canParse(address)) return untrusted('the address is not an absolute URL');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return untrusted('the address holds a user name or password');
  if (!origins.has(url.origin)) return untrusted('the address is of another origin');
  if (config.socketPath) return untrusted('socketPath leads elsewhere');
  if (config.transport) return untrusted('a transport of its own may lead elsewhere');
  if (url.protocol === 'http:' && config.proxy) return untrusted('a proxy would read what is sent over plain http');
  if (url.protocol === 'http:' && config.lookup) return untrusted('a lookup of its own may lead elsewhere');
  url.hash = '';
  return { name: 'trusted', url };
}

const OWN_CREDENTIALS: Destination = { name: 'own_credentials' };

function untrusted(why: string): Destination {
  return { name: 'untrusted', why };
}

/** As axios puts the parts together. What comes out is both what is checked and what is sent to. */
function fullUrl({ baseURL, url = '', allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  const isAbsolute = /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
  if (!baseURL || (isAbsolute && allowAbsoluteUrls !== false)) return url;
  return url === '' ? baseURL : `${baseURL.replace(/\/?\/$/, '')}/${url.replace(/^\/+/, '')}`;
}
