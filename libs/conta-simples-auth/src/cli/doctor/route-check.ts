import type { Socket } from 'node:net';
import { BASE_URLS, type ResolvedOptions } from '../../options/resolved-options.js';
import { type Check, fail, ok, skip } from './check.js';
import { addressOf, type ProxyAddress, type Way } from './route.js';
import { codeOf } from './step.js';
import { judgeNoTls, judgeTls } from './tls-check.js';
import { lookAtTls } from './tls-probe.js';
import { openTunnel } from './tunnel.js';

/** Proxy and TLS, over one connection that carries nothing but the handshake. Stops at the first failure. */
export async function* checkWay(way: Way, options: ResolvedOptions): AsyncGenerator<Check> {
  if (!way.secure) {
    yield skip('tls', 'plain http to this machine');
    return;
  }
  // Not AbortSignal.timeout(): its timer lets go of the process, and this is waited for.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.requestTimeoutMs);
  try {
    yield* look(way, options, deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function* look(way: Way, options: ResolvedOptions, signal: AbortSignal): AsyncGenerator<Check> {
  const { target, proxy } = way;
  let socket: Socket | undefined;
  if (proxy) {
    const { check, opened } = await checkProxy(proxy, way, signal);
    yield check;
    if (opened === undefined) return;
    socket = opened;
  }
  const isVendor = Object.values(BASE_URLS).some((url) => new URL(url).hostname === target.host);
  try {
    const seen = await lookAtTls({ target, socket, tls: options.transport().tls, signal });
    yield judgeTls(seen, way, isVendor);
  } catch (error) {
    yield judgeNoTls(error, way);
  } finally {
    socket?.destroy();
  }
}

async function checkProxy(
  proxy: ProxyAddress,
  { target }: Way,
  signal: AbortSignal,
): Promise<{ check: Check; opened?: Socket }> {
  const who = `the proxy ${addressOf(proxy)} of ${proxy.variable}`;
  try {
    const result = await openTunnel(proxy, target, signal);
    if (!result.ok) return { check: refused(who, proxy, result.status) };
    return { check: ok('proxy', `${who} opens a tunnel to ${addressOf(target)}`), opened: result.socket };
  } catch (error) {
    const code = signal.aborted ? 'ETIMEDOUT' : codeOf(error);
    const remedy = `Check the address in ${proxy.variable}, and that the proxy runs; NO_PROXY=${target.host} goes past it.`;
    return { check: fail('proxy', `${who} was not reached (${code})`, remedy) };
  }
}

function refused(who: string, { variable, login }: ProxyAddress, status: number): Check {
  const message = `${who} answered ${status} and opened no tunnel`;
  if (status !== 407) return fail('proxy', message, 'Have it allow CONNECT to the API.');
  const remedy =
    login === undefined
      ? `It wants a login: write it into ${variable}, http://user:password@host:port.`
      : `It refuses the login in ${variable}: correct it; special characters must be percent-encoded.`;
  return fail('proxy', message, remedy);
}
