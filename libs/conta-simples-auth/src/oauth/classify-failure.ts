import type { TokenFailureKind } from '../model/failure-kinds.js';
import { errorCode } from '../support/error-code.js';
import { MAX_WAIT_MS } from '../token/failure-policy.js';
import type { TokenFailure } from '../token/token-source.js';
import { hasSocket, proxyOfFailed } from './proxy.js';

/** An answer without a token. */
export interface FailedAnswer {
  readonly status: number;
  /** The address of the token endpoint. */
  readonly url: string;
  readonly isHtml: boolean;
  /** See {@link isPage}. */
  readonly isPage: boolean;
  /** See {@link isOfEdge}. */
  readonly isOfEdge: boolean;
  /** The `error` of the body, if it has one; compared, never shown. */
  readonly error: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
}

/** OAuth error codes about the request; any other 400 is about the credentials (RFC 6749 section 5.2). */
const REQUEST_ERRORS = new Set(['invalid_request', 'unsupported_grant_type', 'invalid_scope', 'unauthorized_client']);
/** Statuses of a server that will never serve such a request, as opposed to one that cannot serve it now. */
const LASTING_SERVER_ERRORS = new Set([501, 505, 511]);
const PROXY_LOGIN_REQUIRED = 407;
const TRANSIENT_CLIENT_ERRORS = new Set([408, 425]);

export function classifyAnswer(answer: FailedAnswer): TokenFailure {
  const { status, requestId } = answer;
  const kind = kindOf(answer);
  const retryAfterMs = requestedWaitMs(answer);
  return {
    kind,
    status,
    what: whatOf(answer, kind),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...lasting(kind, status),
  };
}

/** A proxy answered in place of opening a tunnel. */
export function classifyNoTunnel(status: number, host: string, proxy: string | undefined): TokenFailure {
  const kind = 'proxy_error';
  const named = proxy === undefined ? '' : ` ${proxy}`;
  const what = `The proxy${named} answered ${status} instead of connecting to ${host}`;
  return { kind, status, what, ...lasting(kind, status) };
}

/** See {@link TokenFailure.lasting}. */
function lasting(kind: TokenFailureKind, status: number): Pick<TokenFailure, 'lasting'> {
  const isLasting = kind === 'proxy_error' ? status === PROXY_LOGIN_REQUIRED : LASTING_SERVER_ERRORS.has(status);
  return isLasting ? { lasting: true } : {};
}

function whatOf(answer: FailedAnswer, kind: TokenFailureKind): string {
  const { status, url, isHtml, isOfEdge } = answer;
  // RFC 6749 section 5.1 defines no other success, even if the body holds a token.
  if (status > 200 && status < 300) return `The token endpoint answered with status ${status} instead of 200`;
  if (isGatewayAnswer(answer)) {
    return (
      `Something in front of the token endpoint ${url} answered ${status} with ${isHtml ? 'an HTML page' : 'a page'}, ` +
      'which says nothing about key and secret: a gateway may want a client certificate (options `tls.cert` and `tls.key`) ' +
      'or its own login'
    );
  }
  const shown = isHtml ? ' with an HTML page' : status === 403 && isOfEdge ? ' by its CDN' : '';
  // The kinds for which the address may be wrong.
  const address = kind === 'request_rejected' || kind === 'unexpected_redirect' ? ` ${url}` : '';
  return `The token endpoint${address} answered ${status}${shown}`;
}

/** A page with 400 or 401 comes from a gateway that did not check the pair. */
function isGatewayAnswer({ status, isPage }: FailedAnswer): boolean {
  return isPage && (status === 400 || status === 401);
}

function kindOf(answer: FailedAnswer): TokenFailureKind {
  const { status, error, isHtml, isOfEdge, retryAfterMs } = answer;
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return 'rate_limited';
  if (status >= 500) return 'server_error';
  if (status >= 300 && status < 400) return 'unexpected_redirect';
  if (TRANSIENT_CLIENT_ERRORS.has(status)) return status === 408 ? 'timeout' : 'server_error';
  if (isGatewayAnswer(answer)) return 'request_rejected';
  if (status === 401) return 'credentials_rejected';
  if (status === 403) return isHtml || isOfEdge ? 'edge_blocked' : 'forbidden';
  if (status === PROXY_LOGIN_REQUIRED) return 'proxy_error';
  // A 200 with an `error` in its body is treated as a 400.
  if (status === 400 || status === 200) {
    return error !== undefined && REQUEST_ERRORS.has(error) ? 'request_rejected' : 'credentials_rejected';
  }
  return status >= 400 ? 'request_rejected' : 'invalid_response';
}

/** How long the server asks clients to wait. */
function requestedWaitMs({ status, retryAfterMs }: FailedAnswer): number | undefined {
  if (retryAfterMs === undefined || (status !== 429 && status !== 503)) return undefined;
  return Math.min(MAX_WAIT_MS, retryAfterMs);
}

/** The body of an answer: absent where it could not be read, and parsed where it is a JSON object. */
export interface AnswerBody {
  readonly text: string | undefined;
  readonly json: object | undefined;
}

/**
 * Whether an answer comes from a CDN in front of the API, by the signs of Cloudflare. Answers of the API have the same
 * headers, but they are JSON; a client whose signature is banned gets one line of plain text.
 *
 * @see https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/
 */
export function isOfEdge(headers: Readonly<Record<string, unknown>>, { text, json }: AnswerBody): boolean {
  if (text === undefined || text.trim() === '' || json !== undefined) return false;
  const isThroughCloudflare = headers['cf-ray'] !== undefined || /^cloudflare\b/i.test(String(headers.server));
  return isThroughCloudflare || /^\s*error code: 1\d{3}\b/i.test(text);
}

/**
 * Whether an answer is a page for people, as gateways and proxies in front of the API return: HTML or XML by its content
 * type or its first letters. JSON is from the API, with any content type. An answer with an empty body is no page; one
 * whose body could not be read is judged by its content type.
 */
export function isPage(contentType: string | undefined, { text, json }: AnswerBody): boolean {
  const isDeclared = /\b(?:html|xml)\b/i.test(contentType ?? '');
  if (text === undefined) return isDeclared;
  if (text.trim() === '' || json !== undefined) return false;
  return isDeclared || /^\ufeff?\s*<[!?a-z]/i.test(text);
}

/** Codes of Node's TLS layer and of OpenSSL's verification. With each of them, nothing was sent. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|EPROTO$|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|ERROR_IN_C|(?:EE|CA)_KEY_|CA_MD_|UNSPECIFIED$)/;
const TIMEOUT_CODE = /^(ETIMEDOUT|ECONNABORTED|ERR_CANCELED|ERR_TLS_HANDSHAKE_TIMEOUT)$/;

/**
 * Why a request was not answered. Only the code of the error is used: its message may hold more than addresses.
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
  if (proxy === undefined) {
    const what = `The token endpoint at ${host} was not reached${named}`;
    return { kind: 'network_error', what, ...(code !== undefined && { code }) };
  }
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

/** Before there is a tunnel, TLS connects to the proxy: axios reads an address without a scheme as https, curl as http. */
function noTlsToProxy(proxy: string, named: string): TokenFailure {
  const what =
    `No trusted TLS connection to the proxy ${proxy}${named}: its address says https://, or in HTTPS_PROXY has no scheme, ` +
    'which is read as https://; write http:// before it if it speaks plain HTTP';
  return { kind: 'proxy_error', what };
}
