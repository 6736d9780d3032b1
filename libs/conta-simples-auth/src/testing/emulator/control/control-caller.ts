import type { Exchange } from '../http/exchange.js';

/** 127.0.0.0/8 and ::1, the former also as a dual-stack socket shows it. */
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;
const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** By which names the control routes may be called. */
export interface ControlHosts {
  /** What the emulator was told to listen on. */
  readonly bound: string;
  /** Further names, by which callers on other machines are answered, too. */
  readonly listed: ReadonlySet<string>;
}

/**
 * Why a control call is refused, or `undefined`. Any page in a browser on this machine can send requests to the emulator,
 * and a page whose name is made to resolve to this machine (DNS rebinding) can read the answers as well. So the `Host` has
 * to be a name of this machine, and a request that a browser sends for a page has to come from the emulator's own origin.
 */
export function refusalOfCaller(exchange: Exchange, { bound, listed }: ControlHosts): string | undefined {
  const { host, origin, 'sec-fetch-site': site } = exchange.headers;
  const name = hostName(host);
  const isListed = name !== undefined && listed.has(name);
  if (!isListed && !LOOPBACK_ADDRESS.test(exchange.remoteAddress)) {
    return 'The control routes answer callers on this machine only; others need a name of the option controlHosts';
  }
  if (name === undefined || !(isListed || LOOPBACK_NAME.test(name) || [bound, addressOf(exchange)].includes(name))) {
    return 'The control routes answer to names of this machine only; list further ones in the option controlHosts';
  }
  const isOwnOrigin = origin === undefined || origin.toLowerCase() === `http://${host?.toLowerCase()}`;
  // `none`: typed into the address bar.
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  return isOwnOrigin && isOwnSite ? undefined : 'The control routes do not answer pages of other sites';
}

/** @throws TypeError for what is no host name */
export function toControlHosts(bound: string, names: readonly string[]): ControlHosts {
  const listed = new Set(
    names.map((name) => {
      const host = typeof name === 'string' && !/:\d+$/.test(name) ? hostName(name) : undefined;
      if (host === undefined) {
        throw new TypeError("controlHosts must be host names without scheme and port, such as 'emulator'.");
      }
      return host;
    }),
  );
  return { bound: bound.toLowerCase(), listed };
}

/** `Host` without port, in lower case and without the dot of a full name; `undefined` where it is no host. */
function hostName(host: string | undefined): string | undefined {
  const found = /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(host ?? '')?.[1];
  return found?.toLowerCase().replace(/\.$/, '');
}

/** The address that the caller has reached. A page's name is never an address, so it cannot be one by rebinding. */
function addressOf({ socket }: Exchange): string {
  const address = (socket.localAddress ?? '').replace(/^::ffff:/, '');
  return address.includes(':') ? `[${address}]` : address;
}
