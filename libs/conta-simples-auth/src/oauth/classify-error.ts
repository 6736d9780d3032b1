import type { TokenFailure } from '../token/token-source.js';
import { hasSocket, proxyOfFailed } from './tunnel.js';

/** Codes of Node's TLS layer and of OpenSSL's verification, all of which mean: nothing was sent. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|EPROTO$|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|ERROR_IN_C|(?:EE|CA)_KEY_|CA_MD_|UNSPECIFIED$)/;
const TIMEOUT_CODE = /^(ETIMEDOUT|ECONNABORTED|ERR_CANCELED|ERR_TLS_HANDSHAKE_TIMEOUT)$/;

/**
 * Why a request was not answered, by the error's code alone: messages of network errors may hold more than addresses.
 * `host` is the host and port of the token endpoint.
 */
export function classifyError(error: unknown, host: string): TokenFailure {
  const code = errorCode(error);
  const named = code === undefined ? '' : ` (${code})`;
  const proxy = proxyOfFailed(error);
  if (code !== undefined && TIMEOUT_CODE.test(code)) return timedOut(host, proxy, named);
  if (code !== undefined && TLS_CODE.test(code)) {
    if (proxy !== undefined && !hasSocket(error)) return noTlsToProxy(proxy, named);
    return { kind: 'tls_error', what: `No trusted connection to the token endpoint at ${host}${named}` };
  }
  if (proxy === undefined)
    return { kind: 'network_error', what: `The token endpoint at ${host} was not reached${named}` };
  const what = hasSocket(error)
    ? `The token endpoint at ${host} was not reached through the proxy ${proxy}${named}`
    : `The proxy ${proxy} was not reached, or opened no tunnel${named}`;
  return { kind: 'proxy_error', what };
}

/** The deadline of a request has passed. Without a socket, it was still waiting for the proxy. */
export function classifyTimeout(error: unknown, host: string): TokenFailure {
  const proxy = hasSocket(error) ? undefined : proxyOfFailed(error);
  if (proxy === undefined) return timedOut(host, undefined, '');
  return { kind: 'proxy_error', what: `The proxy ${proxy} did not connect in time` };
}

function timedOut(host: string, proxy: string | undefined, named: string): TokenFailure {
  const through = proxy === undefined ? '' : ` through the proxy ${proxy}`;
  return { kind: 'timeout', what: `The token endpoint at ${host} did not answer in time${through}${named}` };
}

/** Before there is a tunnel, TLS is spoken with the proxy: axios reads an address without a scheme as https, curl as http. */
function noTlsToProxy(proxy: string, named: string): TokenFailure {
  const what =
    `No trusted TLS connection to the proxy ${proxy}${named}: its address says https://, or in HTTPS_PROXY has no scheme, ` +
    'which is read as https://; write http:// before it if it speaks plain HTTP';
  return { kind: 'proxy_error', what };
}

/** Only a code that looks like one: anything else could be text from the wire. */
function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}
