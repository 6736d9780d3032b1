/** How messages name an endpoint: without user information and query. */
export interface EndpointAddress {
  /** Host and port. */
  readonly host: string;
  readonly url: string;
}

export function endpointAddress(url: string): EndpointAddress {
  const { protocol, hostname, port, origin, pathname } = new URL(url);
  const defaultPort = protocol === 'https:' ? 443 : 80;
  return { host: `${hostname}:${port || defaultPort}`, url: origin + pathname };
}
