import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { type Environment, environmentProxy, proxyLogin } from '../../oauth/proxy.js';

/** How the API is reached: directly, or through the proxy that the environment names. */
export interface Route {
  readonly target: Endpoint;
  readonly secure: boolean;
  readonly proxy?: ProxyAddress;
  /** The variable whose value is not the address of a proxy. */
  readonly invalidProxy?: string;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface ProxyAddress extends Endpoint {
  readonly variable: string;
  readonly secure: boolean;
  /** `user:password`, if the variable contains them. */
  readonly login?: string;
}

/** The route of a token request, chosen by the same code as for the request itself. */
export function routeTo(baseUrl: string, environment: Environment): Route {
  const url = new URL(baseUrl);
  const secure = url.protocol === 'https:';
  const target = endpointOf(url);
  const named = environmentProxy(url.href, environment);
  if (named === undefined) return { target, secure };
  const { variable, url: proxy } = named;
  if (proxy === undefined) return { target, secure, invalidProxy: variable };
  const auth = proxyLogin(proxy);
  const login = auth && { login: `${auth.username}:${auth.password}` };
  return { target, secure, proxy: { ...endpointOf(proxy), variable, secure: proxy.protocol === 'https:', ...login } };
}

function endpointOf(url: URL): Endpoint {
  // A URL writes an IPv6 address in brackets; they are not part of the address.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

export const addressOf = ({ host, port }: Endpoint): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

type TunnelResult =
  | { readonly ok: true; readonly socket: Socket }
  /** The proxy answered, but did not open a tunnel. */
  | { readonly ok: false; readonly status: number };

/** Asks a proxy for a tunnel. Rejects if the proxy cannot be reached or the signal aborts. */
export function openTunnel(proxy: ProxyAddress, target: Endpoint, signal: AbortSignal): Promise<TunnelResult> {
  const address = addressOf(target);
  const login = proxy.login === undefined ? undefined : `Basic ${Buffer.from(proxy.login).toString('base64')}`;
  const request = (proxy.secure ? httpsRequest : httpRequest)({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: address,
    headers: { host: address, ...(login && { 'proxy-authorization': login }) },
    agent: false,
    signal,
  });
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    const withoutTunnel = (status: number | undefined) => {
      request.destroy();
      resolve({ ok: false, status: status ?? 0 });
    };
    request.on('response', ({ statusCode }) => withoutTunnel(statusCode));
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) resolve({ ok: true, socket });
      else {
        socket.destroy();
        withoutTunnel(statusCode);
      }
    });
    request.end();
  });
}
