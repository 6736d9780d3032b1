import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { isLeadingAgent, leadsElsewhere } from './leading-agent.js';
import { type Destination, fullAddress, trustedAddress, untrusted } from './trusted-address.js';

/** Whether the caller opted out, or brought credentials of its own. */
export function goesWithoutToken(config: InternalAxiosRequestConfig): boolean {
  if (config.contaSimplesAuth === false) return true;
  // axios lets `auth` replace an Authorization header.
  return AxiosHeaders.from(config.headers).has('Authorization') || Boolean(config.auth);
}

/** Decides from the final config, after every interceptor, since any part of it may have been rewritten. */
export function destinationOf(config: InternalAxiosRequestConfig, origins: ReadonlySet<string>): Destination {
  const destination = trustedAddress(fullAddress(config.baseURL, config.url ?? '', config.allowAbsoluteUrls), origins);
  if (destination.name === 'untrusted') return destination;
  if (config.socketPath) return untrusted('socketPath leads elsewhere');
  if (config.transport) return untrusted('a transport of its own may lead elsewhere');
  if (config.http2Options?.createConnection) return untrusted('a connection of its own may lead elsewhere');
  // Over https the certificate shows who is at the other end, whichever way leads there.
  if (destination.url.protocol !== 'http:') return destination;
  if (config.proxy) return untrusted('a proxy would read what is sent over plain http');
  if (config.lookup) return untrusted('a lookup of its own may lead elsewhere');
  if (config.httpAgent && isLeadingAgent(config.httpAgent)) return untrusted('an agent of its own may lead elsewhere');
  if (leadsElsewhere(config.http2Options)) return untrusted('a connection of its own may lead elsewhere');
  if (config.fetchOptions?.dispatcher) return untrusted('a dispatcher of its own may lead elsewhere');
  return destination;
}
