import { isUtf8 } from 'node:buffer';
import type { AxiosProxyConfig } from 'axios';
import type { TokenFailure } from '../token/token-source.js';
import { isExcepted } from './no-proxy.js';

/** The proxy that an environment variable names. */
export interface EnvironmentProxy {
  readonly variable: string;
  /** Absent where the variable holds no address of an http or https proxy. */
  readonly url?: URL;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, by the variables and rules of axios. It is decided here and not by axios, which sends user
 * and password percent-encoded, as they are written.
 */
export function environmentProxy(address: string, environment: Environment): EnvironmentProxy | undefined {
  // Plain http is for this machine, and never goes through a proxy.
  if (!address.startsWith('https:')) return undefined;
  const variable = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((name) => environment[name]);
  if (variable === undefined) return undefined;
  const noProxy = environment.no_proxy || environment.NO_PROXY;
  if (noProxy && isExcepted(new URL(address), noProxy)) return undefined;
  const text = environment[variable] ?? '';
  const named = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(named) ? new URL(named) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? { variable, url } : { variable };
}

/** The proxy of one request in the form of axios; `undefined` leaves it to the agent, which has a proxy of its own. */
export type ProxyChoice =
  | { readonly ok: true; readonly proxy: AxiosProxyConfig | false | undefined }
  | { readonly ok: false; readonly failure: TokenFailure };

/** `configured` is the option `proxy`: `undefined` stands for the environment, which is read for each request. */
export function chooseProxy(address: string, configured: URL | false | undefined, agent?: object): ProxyChoice {
  if (configured !== undefined) return { ok: true, proxy: toAxiosProxy(configured) };
  if (hasProxyEnv(agent)) return { ok: true, proxy: undefined };
  const named = environmentProxy(address, process.env);
  if (named === undefined) return { ok: true, proxy: false };
  if (named.url !== undefined) return { ok: true, proxy: toAxiosProxy(named.url) };
  // The value is not shown: it may hold the proxy's password.
  const what = `${named.variable} holds no address of an http or https proxy`;
  return { ok: false, failure: { kind: 'proxy_error', what } };
}

/** Node 22.21, 24.5 and newer; an older one ignores the option. */
function hasProxyEnv(agent: object | undefined): boolean {
  const { options } = (agent ?? {}) as { options?: { proxyEnv?: unknown } };
  return Boolean(options?.proxyEnv) && process.allowedNodeEnvironmentFlags.has('--use-env-proxy');
}

export function toAxiosProxy(proxy: URL | false): AxiosProxyConfig | false {
  if (proxy === false) return false;
  const protocol = proxy.protocol.slice(0, -1);
  const login = proxyLogin(proxy);
  return {
    protocol,
    host: proxy.hostname,
    port: Number(proxy.port) || (protocol === 'https' ? 443 : 80),
    ...(login !== undefined && { auth: login }),
  };
}

/** User and password of a proxy's address, decoded; `undefined` if it has neither. */
export function proxyLogin({ username, password }: URL): { username: string; password: string } | undefined {
  if (username === '' && password === '') return undefined;
  return { username: decoded(username), password: decoded(password) };
}

/** As curl does: a percent sign that begins no sequence stands for itself. What is not UTF-8 is read as Latin-1. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (sequence) => {
    const bytes = Buffer.from(sequence.replaceAll('%', ''), 'hex');
    return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1');
  });
}
