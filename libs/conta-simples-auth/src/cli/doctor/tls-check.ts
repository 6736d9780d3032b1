import { type Check, fail, ok, warn } from './check.js';
import { addressOf, type Way } from './route.js';
import { codeOf } from './step.js';
import type { TlsLook } from './tls-probe.js';

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
