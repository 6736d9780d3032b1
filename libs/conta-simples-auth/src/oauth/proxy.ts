import { isUtf8 } from 'node:buffer';
import { BlockList, isIP } from 'node:net';
import type { AxiosProxyConfig } from 'axios';
import type { TokenFailure } from '../token/token-source.js';

/** The proxy that an environment variable names. */
export interface EnvironmentProxy {
  readonly variable: string;
  /** Absent where the variable holds no address of an http or https proxy. */
  readonly url?: URL;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, by the variables and rules of axios. It is not left to axios, which sends user and password
 * percent-encoded.
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

/** The proxy of one request in the form of axios; `undefined` leaves it to an agent that has its own proxy. */
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

/** As in curl, a percent sign that begins no sequence is kept. Bytes that are not UTF-8 are read as Latin-1. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (sequence) => {
    const bytes = Buffer.from(sequence.replaceAll('%', ''), 'hex');
    return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1');
  });
}

/**
 * Host and port of the proxy that a request goes through; `undefined` for a direct one. Agents that open tunnels keep it in
 * the field `proxy`: the agent that axios uses in place of the given one, and hpagent. Agents of test libraries that intercept
 * requests have no such field.
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

/** Whether a failed request had a socket. Through a proxy it gets one only when the tunnel is open. */
export function hasSocket(error: unknown): boolean {
  return Boolean(field(field(error, 'request'), 'socket'));
}

/**
 * Whether an answer to an https request comes from the proxy: it opened no tunnel, and the agent passed on its answer as if
 * the service had sent it. The connection is then not encrypted.
 */
export function isProxyAnswer(request: unknown): boolean {
  return field(field(request, 'socket'), 'encrypted') !== true;
}

function field(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[name] : undefined;
}

/**
 * Whether `NO_PROXY` excepts a host from the proxy, by the rules of axios: names, `.suffix` and `*suffix`, IP addresses,
 * subnets (`10.0.0.0/8`), each with an optional `:port`; `*` excepts all. A name does not cover its subdomains.
 */
export function isExcepted(target: URL, noProxy: string): boolean {
  const host = canonical(target.hostname);
  const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInSubnet(host, entry);
  // In brackets, or with one colon at most, or an IPv6 address without brackets.
  const [, bracketed, plain, bare, onPort] = /^(?:\[(.+)\]|([^:]*)|(.*:.*:.*))(?::(\d+))?$/.exec(entry) ?? [];
  const name = bracketed ?? plain ?? bare ?? '';
  if (name === '' || (onPort !== undefined && Number(onPort) !== port)) return false;
  if (/^[.*]/.test(name)) return host.endsWith(asciiSuffix(name.replace(/^\*/, '')));
  const excepted = canonical(name);
  return host === excepted || (isThisMachine(host) && isThisMachine(excepted));
}

function isInSubnet(host: string, entry: string): boolean {
  const [, address = '', prefix] = /^\[?([^[\]/]+)\]?\/(\d{1,3})$/.exec(entry) ?? [];
  const network = canonical(address);
  const family = familyOf(network);
  if (family === undefined || Number(prefix) > (family === 'ipv4' ? 32 : 128)) return false;
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(prefix), family);
  return isListed(subnet, host);
}

/** In the form of a URL, without brackets and the dot at the end: `127.1` is `127.0.0.1`, and an IDN is ASCII. */
function canonical(name: string): string {
  const written = `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}`;
  const { hostname } = URL.canParse(written) ? new URL(written) : { hostname: name };
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '');
  return unmapped(host);
}

/** An IPv4 address that is written as an IPv6 one, in the form that URL gives it: `::ffff:7f00:1`. */
function unmapped(host: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return host;
  const [one, other] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [one >> 8, one & 255, other >> 8, other & 255].join('.');
}

function asciiSuffix(suffix: string): string {
  const dot = suffix.startsWith('.') ? '.' : '';
  return dot + canonical(suffix.slice(dot.length));
}

const THIS_MACHINE = new BlockList();
THIS_MACHINE.addSubnet('127.0.0.0', 8, 'ipv4');
THIS_MACHINE.addAddress('0.0.0.0', 'ipv4');
THIS_MACHINE.addAddress('::1', 'ipv6');
THIS_MACHINE.addAddress('::', 'ipv6');

function isThisMachine(host: string): boolean {
  return host === 'localhost' || isListed(THIS_MACHINE, host);
}

function isListed(list: BlockList, host: string): boolean {
  const family = familyOf(host);
  return family !== undefined && list.check(host, family);
}

function familyOf(host: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(host);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}
