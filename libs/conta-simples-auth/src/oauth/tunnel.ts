/**
 * Host and port of the proxy that a request goes through; `undefined` for a direct one. Agents that make tunnels keep it
 * in the field `proxy`: the one that axios puts in place of ours, later versions of it, and hpagent. The agents of test
 * libraries that intercept requests have no such field.
 */
export function proxyOf(request: unknown): string | undefined {
  const proxy = field(field(request, 'agent'), 'proxy');
  const host = field(proxy, 'hostname') ?? field(proxy, 'host');
  if (typeof host !== 'string' || host === '') return undefined;
  const defaultPort = /^https/.test(String(field(proxy, 'protocol'))) ? 443 : 80;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${name}:${field(proxy, 'port') || defaultPort}`;
}

/** The same of a request that failed. */
export function proxyOfFailed(error: unknown): string | undefined {
  return proxyOf(field(error, 'request'));
}

/** Whether a failed request had its socket, which one through a proxy gets only when the tunnel is open. */
export function hasSocket(error: unknown): boolean {
  return Boolean(field(field(error, 'request'), 'socket'));
}

/**
 * Whether an answer to an https request is the proxy's: it refused to open a tunnel, and the agent handed its answer on as
 * if the service had sent it. Its connection is not encrypted.
 */
export function isProxyAnswer(request: unknown): boolean {
  return field(field(request, 'socket'), 'encrypted') !== true;
}

function field(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[name] : undefined;
}
