import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { BASE_URLS, type ResolvedOptions } from '../../options/options.js';
import { codeOf } from '../command.js';
import { type Check, fail, ok, skip } from './report.js';
import { addressOf, openTunnel, type ProxyAddress, type Way } from './route.js';
import { judgeNoTls, judgeTls, lookAtTls } from './tls-check.js';

const SHOWN = 4;

/** Whether the name has an address: that of the API, or that of the proxy, which then resolves the API's by itself. */
export async function checkName({ target, proxy }: Way, timeoutMs: number): Promise<Check> {
  const host = proxy?.host ?? target.host;
  const what = proxy ? `the proxy ${host}` : host;
  if (isIP(host) !== 0) return ok('name', `${what} is an address, there is no name to resolve`);
  try {
    const addresses = await withinMs(timeoutMs, lookup(host, { all: true }));
    const shown = addresses.slice(0, SHOWN).map(({ address }) => address);
    const more = addresses.length > SHOWN ? ` and ${addresses.length - SHOWN} more` : '';
    return ok('name', `${what} is ${shown.join(', ')}${more}`);
  } catch (error) {
    const code = codeOf(error);
    const check = proxy ? `the address in ${proxy.variable}` : 'the base URL for a typing error';
    if (code === 'ENOTFOUND') {
      return fail(
        'name',
        `${what} has no address (ENOTFOUND)`,
        `Check ${check}, then the resolver of this machine or container.`,
      );
    }
    const remedy =
      'The resolver of this machine or container does not answer: check its DNS servers and network policy.';
    return fail('name', `${what} could not be resolved (${code})`, remedy);
  }
}

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

/** What a step of ours that took too long fails with. */
class TimedOut extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Waits no longer than this. What is late may still end, and is nobody's then. */
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
