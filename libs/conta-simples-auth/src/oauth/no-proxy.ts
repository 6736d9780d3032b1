import { BlockList, isIP } from 'node:net';

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
  // With brackets, with one colon at most, or an IPv6 address as it is.
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

/** As a URL writes it, without brackets and the dot at the end: `127.1` is `127.0.0.1`, and an IDN is ASCII. */
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
