import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, rootCertificates } from 'node:tls';
import type { ContaSimplesAuthOptions } from '../../options/options.js';
import type { Endpoint } from './route.js';
import { printable } from './step.js';

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

export interface TlsLookOptions {
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
