import type { TokenFailureKind } from '../token/error-kind.js';
import { MAX_WAIT_MS } from '../token/failure-policy.js';
import type { TokenFailure } from '../token/token-source.js';

/** What is known of an answer that brought no token. */
export interface FailedAnswer {
  readonly status: number;
  readonly isHtml: boolean;
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
    what: whatOf(answer),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(LASTING_SERVER_ERRORS.has(status) || status === 407 ? { slow: true } : {}),
  };
}

function whatOf({ status, isHtml, isOfEdge }: FailedAnswer): string {
  // A complete token or not: RFC 6749 section 5.1 knows no other success.
  if (status > 200 && status < 300) return `The token endpoint answered with status ${status} instead of 200`;
  const shown = isHtml ? ' with an HTML page' : status === 403 && isOfEdge ? ' by its CDN' : '';
  return `The token endpoint answered ${status}${shown}`;
}

function kindOf({ status, error, isHtml, isOfEdge, retryAfterMs }: FailedAnswer): TokenFailureKind {
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return 'rate_limited';
  if (status >= 500) return 'server_error';
  if (status >= 300 && status < 400) return 'unexpected_redirect';
  if (TRANSIENT_CLIENT_ERRORS.has(status)) return status === 408 ? 'timeout' : 'server_error';
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
