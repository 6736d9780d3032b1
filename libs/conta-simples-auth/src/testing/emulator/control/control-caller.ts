import type { Exchange } from '../http/exchange.js';

/** 127.0.0.0/8 and ::1, the former also as a dual-stack socket shows it. */
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;
const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The host names that the control routes accept. */
export interface ControlHosts {
  /** The `host` option of the emulator. */
  readonly bound: string;
  /** Further names; callers on other machines may use these. */
  readonly listed: ReadonlySet<string>;
}

/**
 * Why a control call is rejected, or `undefined`. Any page in a browser on this machine can send requests to the emulator,
 * and a page whose name resolves to this machine (DNS rebinding) can also read the answers. So the `Host` must be a name of
 * this machine, and a request that a browser sends for a page must come from the emulator's own origin.
 */
export function rejectionOfCaller(exchange: Exchange, { bound, listed }: ControlHosts): string | undefined {
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
  // `none`: the user typed the address.
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  return isOwnOrigin && isOwnSite ? undefined : 'The control routes do not answer pages of other sites';
}

/** @throws TypeError if a name is not a host name */
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

/** `Host` without port, in lower case and without a trailing dot; `undefined` if it is not a valid host. */
function hostName(host: string | undefined): string | undefined {
  const found = /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(host ?? '')?.[1];
  return found?.toLowerCase().replace(/\.$/, '');
}

/** The local address of the connection. DNS rebinding needs a name, so a `Host` with this address is safe. */
function addressOf({ socket }: Exchange): string {
  const address = (socket.localAddress ?? '').replace(/^::ffff:/, '');
  return address.includes(':') ? `[${address}]` : address;
}
