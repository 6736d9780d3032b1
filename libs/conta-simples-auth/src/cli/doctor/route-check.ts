import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { BASE_URLS, type ResolvedOptions } from '../../options/options.js';
import { shownCode } from '../command.js';
import { type Check, fail, ok, skip } from './report.js';
import { addressOf, openTunnel, type ProxyAddress, type Route } from './route.js';
import { handshakeCheck, noHandshakeCheck, probeTls } from './tls-check.js';

const SHOWN = 4;

/** Resolves the host name: the API's, or the proxy's if there is one. A proxy resolves the API's name itself. */
export async function checkName({ target, proxy }: Route, timeoutMs: number): Promise<Check> {
  const host = proxy?.host ?? target.host;
  const what = proxy ? `the proxy ${host}` : host;
  if (isIP(host) !== 0) return ok('name', `${what} is an IP address: no name to resolve`);
  try {
    const addresses = await withinMs(timeoutMs, lookup(host, { all: true }));
    const shown = addresses.slice(0, SHOWN).map(({ address }) => address);
    const more = addresses.length > SHOWN ? ` and ${addresses.length - SHOWN} more` : '';
    return ok('name', `${what} resolves to ${shown.join(', ')}${more}`);
  } catch (error) {
    const code = shownCode(error);
    const check = proxy ? `the address in ${proxy.variable}` : 'CONTA_SIMPLES_BASE_URL for a typing error';
    if (code === 'ENOTFOUND') {
      return fail(
        'name',
        `${what} does not resolve (ENOTFOUND)`,
        `Check ${check}, then the DNS settings of this machine or container.`,
      );
    }
    const remedy =
      'The DNS resolver of this machine or container does not answer: check its DNS servers and network policy.';
    return fail('name', `${what} could not be resolved (${code})`, remedy);
  }
}

/** Checks proxy and TLS over one connection, on which only the handshake is sent. Stops at the first failure. */
export async function* checkConnection(route: Route, options: ResolvedOptions): AsyncGenerator<Check> {
  if (!route.secure) {
    yield skip('tls', 'plain http to this machine');
    return;
  }
  // Not AbortSignal.timeout(): its timer does not keep the process running.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.requestTimeoutMs);
  try {
    yield* probeRoute(route, options, deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function* probeRoute(route: Route, options: ResolvedOptions, signal: AbortSignal): AsyncGenerator<Check> {
  const { target, proxy } = route;
  let socket: Socket | undefined;
  if (proxy) {
    const { check, opened } = await checkProxy(proxy, route, signal);
    yield check;
    if (opened === undefined) return;
    socket = opened;
  }
  const isVendor = Object.values(BASE_URLS).some((url) => new URL(url).hostname === target.host);
  try {
    const seen = await probeTls({ target, socket, tls: options.transport().tls, signal });
    yield handshakeCheck(seen, route, isVendor);
  } catch (error) {
    yield noHandshakeCheck(error, route);
  } finally {
    socket?.destroy();
  }
}

async function checkProxy(
  proxy: ProxyAddress,
  { target }: Route,
  signal: AbortSignal,
): Promise<{ check: Check; opened?: Socket }> {
  const who = `the proxy ${addressOf(proxy)} of ${proxy.variable}`;
  try {
    const result = await openTunnel(proxy, target, signal);
    if (!result.ok) return { check: rejectionCheck(who, proxy, result.status) };
    return { check: ok('proxy', `${who} opens a tunnel to ${addressOf(target)}`), opened: result.socket };
  } catch (error) {
    const code = signal.aborted ? 'ETIMEDOUT' : shownCode(error);
    const remedy = `Check the address in ${proxy.variable}, and that the proxy runs; to bypass it, set NO_PROXY=${target.host}.`;
    return { check: fail('proxy', `${who} was not reached (${code})`, remedy) };
  }
}

function rejectionCheck(who: string, { variable, login }: ProxyAddress, status: number): Check {
  const message = `${who} answered ${status} and did not open a tunnel`;
  if (status !== 407) return fail('proxy', message, 'Configure the proxy to allow CONNECT to the API.');
  const remedy =
    login === undefined
      ? `The proxy requires a login: set ${variable}=http://user:password@host:port.`
      : `The proxy rejected the login in ${variable}: correct it; special characters must be percent-encoded.`;
  return fail('proxy', message, remedy);
}

class TimedOut extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Rejects after `timeoutMs`. A late result of `work` is ignored. */
async function withinMs<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimedOut()), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
