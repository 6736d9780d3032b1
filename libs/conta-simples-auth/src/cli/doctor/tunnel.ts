import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { addressOf, type Endpoint, type ProxyAddress } from './route.js';

export type TunnelResult =
  | { readonly ok: true; readonly socket: Socket }
  /** The proxy answered, but opened nothing. */
  | { readonly ok: false; readonly status: number };

/** Asks a proxy for a tunnel. Rejects where the proxy is not there, or is cut off by the signal. */
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
    const refuse = (status: number | undefined) => {
      request.destroy();
      resolve({ ok: false, status: status ?? 0 });
    };
    request.on('response', ({ statusCode }) => refuse(statusCode));
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) resolve({ ok: true, socket });
      else {
        socket.destroy();
        refuse(statusCode);
      }
    });
    request.end();
  });
}
