import type { TokenFailure } from '../token/token-source.js';
import { hasSocket } from './tunnel.js';

/** Codes of Node's TLS layer and of OpenSSL's verification, all of which mean: nothing was sent. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|EPROTO$|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|ERROR_IN_C|(?:EE|CA)_KEY_|CA_MD_|UNSPECIFIED$)/;
const TIMEOUT_CODE = /^(ETIMEDOUT|ECONNABORTED|ERR_CANCELED|ERR_TLS_HANDSHAKE_TIMEOUT)$/;
/** Our own address was read long before: the one that is no URL is the proxy's, in the environment. */
const PROXY_CODE = /^ERR_INVALID_URL$/;

/**
 * What kept a request from being answered, by its code alone: messages of network errors hold addresses, and sometimes
 * more.
 */
export function classifyError(error: unknown, proxied: boolean): TokenFailure {
  const code = errorCode(error);
  const named = code === undefined ? '' : ` (${code})`;
  if (code !== undefined && TIMEOUT_CODE.test(code)) {
    return { kind: 'timeout', what: `The token endpoint did not answer in time${named}` };
  }
  if (code !== undefined && TLS_CODE.test(code)) {
    if (proxied && !hasSocket(error)) return noTlsToProxy(named);
    return { kind: 'tls_error', what: `No trusted connection to the token endpoint${named}` };
  }
  if (proxied || (code !== undefined && PROXY_CODE.test(code))) {
    return { kind: 'proxy_error', what: `The token endpoint was not reached through the proxy${named}` };
  }
  return { kind: 'network_error', what: `The token endpoint was not reached${named}` };
}

/** Before there is a tunnel, it is the proxy that TLS is spoken with: curl reads an address without a scheme as http. */
function noTlsToProxy(named: string): TokenFailure {
  const what =
    `No trusted TLS connection to the proxy${named}: its address says https://, or in HTTPS_PROXY has no scheme, which ` +
    'is read as https://; write http:// before it if it speaks plain HTTP';
  return { kind: 'proxy_error', what };
}

/** Only a code that looks like one: anything else could be text from the wire. */
function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}
