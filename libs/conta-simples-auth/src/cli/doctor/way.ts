import { decoded } from '../../oauth/token-endpoint.js';

/** How the API is reached: straight, or through the proxy that the environment names. */
export interface Way {
  readonly target: Endpoint;
  readonly secure: boolean;
  readonly proxy?: ProxyAddress;
  /** The variable whose value is no address of a proxy. */
  readonly badProxy?: string;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface ProxyAddress extends Endpoint {
  readonly variable: string;
  readonly secure: boolean;
  /** `user:password`, if the variable has them. */
  readonly login?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The way that a token request takes, by the variables that axios reads. Plain http is for this machine, and never goes
 * through a proxy.
 */
export function wayTo(baseUrl: string, environment: Environment): Way {
  const url = new URL(baseUrl);
  const secure = url.protocol === 'https:';
  const target = endpointOf(url);
  const variable = secure ? proxyVariable(environment) : undefined;
  if (variable === undefined || isExcepted(target, environment)) return { target, secure };
  const text = environment[variable] ?? '';
  const address = text.includes('://') ? text : `https://${text}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol)) return { target, secure, badProxy: variable };
  const login = proxy.username === '' ? undefined : `${decoded(proxy.username)}:${decoded(proxy.password)}`;
  const found = { ...endpointOf(proxy), variable, secure: proxy.protocol === 'https:', ...(login && { login }) };
  return { target, secure, proxy: found };
}

function endpointOf(url: URL): Endpoint {
  // Brackets are how a URL writes an IPv6 address, and no part of it.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

function proxyVariable(environment: Environment): string | undefined {
  return ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((name) => environment[name]);
}

function isExcepted({ host, port }: Endpoint, environment: Environment): boolean {
  const list = (environment.no_proxy || environment.NO_PROXY || '').toLowerCase();
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', onPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === '' || (onPort !== undefined && Number(onPort) !== port)) return false;
    return /^[.*]/.test(name) ? host.endsWith(name.replace(/^\*/, '')) : host === name;
  });
}

export const addressOf = ({ host, port }: Endpoint): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
