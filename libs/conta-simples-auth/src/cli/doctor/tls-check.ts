import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, rootCertificates } from 'node:tls';
import type { ContaSimplesAuthOptions } from '../../options/options.js';
import { shownCode } from '../command.js';
import { type Check, fail, ok, warn } from './report.js';
import { addressOf, type Endpoint, type Route } from './route.js';

/** The check for a completed handshake. `isVendor`: the address is one of Conta Simples. */
export function handshakeCheck(handshake: TlsHandshake, route: Route, isVendor: boolean, now = new Date()): Check {
  const { protocol, subject, issuer, validTo, distrust } = handshake;
  const shown = `${protocol}, certificate for ${subject}, issued by ${issuer}, valid until ${validTo}`;
  if (distrust !== undefined) return distrustCheck(handshake, distrust, route, isVendor, now);
  if (handshake.isPublic || !isVendor) return ok('tls', shown);
  const message = `${shown}; ${issuer} is not a public CA that Node knows`;
  const remedy =
    'Something between this machine and the API, such as a company proxy, decrypts the traffic: it sees key, secret and token. Ignore this if it is intended.';
  return warn('tls', message, remedy);
}

const DATE_ERRORS = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const NAME_ERRORS = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']);

function distrustCheck(handshake: TlsHandshake, code: string, { target }: Route, isVendor: boolean, now: Date): Check {
  const { subject, issuer, validFrom, validTo, names } = handshake;
  if (DATE_ERRORS.has(code)) {
    const message = `the certificate is valid from ${validFrom} to ${validTo}, and the clock of this machine says ${now.toISOString()} (${code})`;
    return fail(
      'tls',
      message,
      'If the clock is wrong, set the clock of this machine; otherwise the server needs a new certificate.',
    );
  }
  if (NAME_ERRORS.has(code)) {
    const message = `the certificate is for ${names || subject}, not for ${target.host} (${code})`;
    return fail(
      'tls',
      message,
      'Check CONTA_SIMPLES_BASE_URL; if it is correct, another server, such as a proxy, answers in place of the API.',
    );
  }
  const message = `the certificate of ${target.host} is issued by ${issuer}, which Node does not trust (${code})`;
  const who = isVendor
    ? "Something such as a company proxy or a virus scanner has replaced the API's certificate with its own. "
    : '';
  const remedy = `${who}Give the CA's certificate to Node: NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or the option tls.ca.`;
  return fail('tls', message, remedy);
}

/** The check for a handshake that failed. */
export function noHandshakeCheck(error: unknown, { target, proxy }: Route): Check {
  const code = shownCode(error);
  const address = addressOf(target);
  if (code === 'ECONNREFUSED') {
    return fail(
      'tls',
      `no server listens on ${address} (${code})`,
      'Check host and port in CONTA_SIMPLES_BASE_URL, and that the server runs.',
    );
  }
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    const remedy = proxy
      ? 'Check that the proxy is allowed to connect to it.'
      : 'Check firewall and network route; if this network requires a proxy, set HTTPS_PROXY.';
    return fail('tls', `${address} does not answer (${code})`, remedy);
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return fail(
      'tls',
      `${address} does not speak TLS (${code})`,
      'Check the port in CONTA_SIMPLES_BASE_URL, and any gateway in front of it.',
    );
  }
  const remedy = 'A firewall or proxy may block TLS connections: try from another network.';
  return fail('tls', `no TLS connection to ${address} (${code})`, remedy);
}

/** What a server presented in the handshake. */
export interface TlsHandshake {
  readonly protocol: string;
  /** Why it is not trusted; absent if it is. */
  readonly distrust?: string;
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** The names that the certificate is for. */
  readonly names: string;
  /** Whether the chain ends in one of Node's built-in CAs. */
  readonly isPublic: boolean;
}

interface TlsProbeOptions {
  readonly target: Endpoint;
  /** A tunnel to the target; without it a new connection is made. */
  readonly socket?: Socket | undefined;
  readonly tls: ContaSimplesAuthOptions['tls'];
  readonly signal: AbortSignal;
}

/**
 * Makes a TLS handshake and closes the connection. An untrusted certificate can only be read if the handshake is accepted,
 * hence `rejectUnauthorized: false`; no data is sent over this connection.
 */
export function probeTls({ target, socket, tls, signal }: TlsProbeOptions): Promise<TlsHandshake> {
  const { host, port } = target;
  // Node accepts every form that our options allow, but its types want mutable arrays.
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
        // At runtime this is a code, although the types say `Error`.
        ...(!authorized && { distrust: String(authorizationError ?? 'not trusted') }),
        ...described(certificate),
        isPublic: endsInPublicRoot(certificate),
      });
    });
  });
}

function described(certificate: DetailedPeerCertificate) {
  const { subject, issuer, valid_from, valid_to, subjectaltname } = certificate;
  const name = (of: typeof subject | undefined) => terminalSafe(first(of?.CN) ?? first(of?.O)) || '(no name)';
  return {
    subject: name(subject),
    issuer: name(issuer),
    validFrom: terminalSafe(valid_from),
    validTo: terminalSafe(valid_to),
    names: terminalSafe(subjectaltname?.replaceAll('DNS:', '').replaceAll('IP Address:', '')),
  };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function endsInPublicRoot(certificate: DetailedPeerCertificate): boolean {
  let last = certificate;
  // A root certificate is its own issuer.
  while (last.issuerCertificate !== undefined && last.issuerCertificate !== last) last = last.issuerCertificate;
  return rootCertificates.some((pem) => new X509Certificate(pem).fingerprint256 === last.fingerprint256);
}

/** Makes a text of the server safe for a terminal: short, without control characters. */
function terminalSafe(text: unknown): string {
  const plain = typeof text === 'string' ? text.replace(/[^\x20-\x7e\u00a0-\u024f]/g, '?') : '';
  return plain.length > 80 ? `${plain.slice(0, 80)}…` : plain;
}
