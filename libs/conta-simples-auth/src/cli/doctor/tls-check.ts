import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, rootCertificates } from 'node:tls';
import type { ContaSimplesAuthOptions } from '../../options/options.js';
import { codeOf } from '../command.js';
import { type Check, fail, ok, warn } from './report.js';
import { addressOf, type Endpoint, type Way } from './route.js';

/** What a handshake that came about says of the way. `isVendor` where the address is one of Conta Simples itself. */
export function judgeTls(look: TlsLook, way: Way, isVendor: boolean, now = new Date()): Check {
  const { protocol, subject, issuer, validTo, distrust } = look;
  const shown = `${protocol}, the certificate is for ${subject}, by ${issuer}, until ${validTo}`;
  if (distrust !== undefined) return judgeDistrust(look, distrust, way, isVendor, now);
  if (look.isPublic || !isVendor) return ok('tls', shown);
  const message = `${shown}; ${issuer} is none of the public authorities that Node knows`;
  const remedy =
    'Something on the way, such as a company proxy, reads along: it sees key, secret and token. If that is meant, all is well.';
  return warn('tls', message, remedy);
}

const DATES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const NAMES = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']);

function judgeDistrust(look: TlsLook, code: string, { target }: Way, isVendor: boolean, now: Date): Check {
  const { subject, issuer, validFrom, validTo, names } = look;
  if (DATES.has(code)) {
    const message = `the certificate is good from ${validFrom} to ${validTo}, and here it is ${now.toISOString()} (${code})`;
    return fail(
      'tls',
      message,
      'If that date is wrong, set the clock of this machine; else the server needs a new certificate.',
    );
  }
  if (NAMES.has(code)) {
    const message = `the certificate is for ${names || subject}, not for ${target.host} (${code})`;
    return fail(
      'tls',
      message,
      'Check the base URL; if it is right, something on the way answers in place of the API.',
    );
  }
  const message = `the certificate of ${target.host} is by ${issuer}, whom Node does not trust (${code})`;
  const who = isVendor
    ? "Something on the way, such as a company proxy or a virus scanner, puts its own certificate in place of the API's. "
    : '';
  const remedy = `${who}Give the CA's certificate to Node: NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or the option tls.ca.`;
  return fail('tls', message, remedy);
}

/** What it means that there was no handshake. */
export function judgeNoTls(error: unknown, { target, proxy }: Way): Check {
  const code = codeOf(error);
  const address = addressOf(target);
  if (code === 'ECONNREFUSED') {
    return fail(
      'tls',
      `nobody listens on ${address} (${code})`,
      'Check host and port of the base URL, and that the server runs.',
    );
  }
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    const remedy = proxy
      ? 'Check that the proxy may connect to it.'
      : 'Check firewall and route; where only a proxy leads out, set HTTPS_PROXY.';
    return fail('tls', `${address} does not answer (${code})`, remedy);
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return fail(
      'tls',
      `${address} does not speak TLS (${code})`,
      'Check the port of the base URL, and what is on the way to it.',
    );
  }
  const remedy = 'Something on the way, such as a firewall, may cut TLS connections: try it from another network.';
  return fail('tls', `no TLS connection to ${address} (${code})`, remedy);
}

/** What a server shows of itself in the handshake. */
export interface TlsLook {
  readonly protocol: string;
  /** Why it is not trusted; absent where it is. */
  readonly distrust?: string;
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** Names the certificate is for. */
  readonly names: string;
  /** Whether the chain ends in one of the authorities that Node brings along. */
  readonly isPublic: boolean;
}

interface TlsLookOptions {
  readonly target: Endpoint;
  /** A tunnel to it, in place of a connection of its own. */
  readonly socket?: Socket | undefined;
  readonly tls: ContaSimplesAuthOptions['tls'];
  readonly signal: AbortSignal;
}

/**
 * Shakes hands and leaves. The certificate of a server that is not trusted can be looked at only if the connection is
 * let to stand for that moment: nothing is ever sent over it.
 */
export function lookAtTls({ target, socket, tls, signal }: TlsLookOptions): Promise<TlsLook> {
  const { host, port } = target;
  // Node takes every form that our options allow; its types spell them as mutable arrays.
  const trust = tls as Pick<Parameters<typeof connect>[0] & object, never>;
  const connection = connect({
    ...trust,
    host,
    port,
    ...(socket && { socket }),
    ...(isIP(host) === 0 && { servername: host }),
    rejectUnauthorized: false,
  });
  return new Promise((resolve, reject) => {
    const abort = () => connection.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    connection.on('error', reject);
    connection.on('close', () => {
      signal.removeEventListener('abort', abort);
      reject(Object.assign(new Error(), { code: 'ECONNRESET' }));
    });
    connection.on('secureConnect', () => {
      const certificate = connection.getPeerCertificate(true);
      const { authorized, authorizationError } = connection;
      const protocol = connection.getProtocol() ?? 'TLS';
      connection.destroy();
      resolve({
        protocol,
        // A code, whatever the types say.
        ...(!authorized && { distrust: String(authorizationError ?? 'not trusted') }),
        ...described(certificate),
        isPublic: endsInPublicRoot(certificate),
      });
    });
  });
}

function described(certificate: DetailedPeerCertificate) {
  const { subject, issuer, valid_from, valid_to, subjectaltname } = certificate;
  const name = (of: typeof subject | undefined) => printable(first(of?.CN) ?? first(of?.O)) || 'nobody';
  return {
    subject: name(subject),
    issuer: name(issuer),
    validFrom: printable(valid_from),
    validTo: printable(valid_to),
    names: printable(subjectaltname?.replaceAll('DNS:', '').replaceAll('IP Address:', '')),
  };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function endsInPublicRoot(certificate: DetailedPeerCertificate): boolean {
  let last = certificate;
  // The issuer of a root is the root itself.
  while (last.issuerCertificate !== undefined && last.issuerCertificate !== last) last = last.issuerCertificate;
  return rootCertificates.some((pem) => new X509Certificate(pem).fingerprint256 === last.fingerprint256);
}

/** A text of the other side, for a terminal: short, and without control characters. */
function printable(text: unknown): string {
  const plain = typeof text === 'string' ? text.replace(/[^\x20-\x7e\u00a0-\u024f]/g, '?') : '';
  return plain.length > 80 ? `${plain.slice(0, 80)}…` : plain;
}
