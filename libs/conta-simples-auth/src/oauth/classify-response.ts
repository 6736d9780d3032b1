import type { TokenFailureKind } from '../model/failure-kinds.js';
import { MAX_WAIT_MS } from '../token/failure-policy.js';
import type { TokenFailure } from '../token/token-source.js';

/** What is known of an answer that brought no token. */
export interface FailedAnswer {
  readonly status: number;
  /** The address that was asked. */
  readonly url: string;
  readonly isHtml: boolean;
  /** Whether it is a page for people (HTML or XML) that something in front of the API made. */
  readonly isPage: boolean;
  /** Whether it bears the marks of a CDN that answered in the API's place; only looked for where the body is no JSON. */
  readonly isOfEdge: boolean;
  /** The `error` of the body, if it has one; compared, never shown. */
  readonly error: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
}

/** OAuth error codes that speak of the request; any other 400 speaks of the credentials (RFC 6749 section 5.2). */
const REQUEST_ERRORS = new Set(['invalid_request', 'unsupported_grant_type', 'invalid_scope', 'unauthorized_client']);
/** A server that says it never will, not that it cannot now. */
const LASTING_SERVER_ERRORS = new Set([501, 505, 511]);
const TRANSIENT_CLIENT_ERRORS = new Set([408, 425]);

export function classifyAnswer(answer: FailedAnswer): TokenFailure {
  const { status, requestId } = answer;
  const kind = kindOf(answer);
  const retryAfterMs = wish(answer);
  return {
    kind,
    status,
    what: whatOf(answer, kind),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(LASTING_SERVER_ERRORS.has(status) || status === 407 ? { slow: true } : {}),
  };
}

function whatOf(answer: FailedAnswer, kind: TokenFailureKind): string {
  const { status, url, isHtml, isOfEdge } = answer;
  // A complete token or not: RFC 6749 section 5.1 knows no other success.
  if (status > 200 && status < 300) return `The token endpoint answered with status ${status} instead of 200`;
  if (isGatewayAnswer(answer)) {
    return (
      `Something in front of the token endpoint ${url} answered ${status} with ${isHtml ? 'an HTML page' : 'a page'}, ` +
      'which says nothing about key and secret: a gateway may want a client certificate (options `tls.cert` and `tls.key`) ' +
      'or a login of its own'
    );
  }
  const shown = isHtml ? ' with an HTML page' : status === 403 && isOfEdge ? ' by its CDN' : '';
  // The kinds for which the address may be wrong.
  const address = kind === 'request_rejected' || kind === 'unexpected_redirect' ? ` ${url}` : '';
  return `The token endpoint${address} answered ${status}${shown}`;
}

/** A page with 400 or 401 was made by something that never looked at the pair. */
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
  if (status === 407) return 'proxy_error';
  // A 200 with an error inside is read as the 400 it should have been.
  if (status === 400 || status === 200) {
    return error !== undefined && REQUEST_ERRORS.has(error) ? 'request_rejected' : 'credentials_rejected';
  }
  return status >= 400 ? 'request_rejected' : 'invalid_response';
}

function wish({ status, retryAfterMs }: FailedAnswer): number | undefined {
  if (retryAfterMs === undefined || (status !== 429 && status !== 503)) return undefined;
  return Math.min(MAX_WAIT_MS, retryAfterMs);
}
