import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * The part of the service a request was for; every path except the token endpoint's is a resource.
 *
 * @publicApi
 */
export type RequestKind = 'token' | 'resource';

/**
 * One request that the emulator received. Contains no secrets: no query and no credentials.
 *
 * @publicApi
 */
export interface RequestRecord {
  /** The `x-request-id` of the answer. */
  readonly id: string;
  /** The part of the service it was for. */
  readonly kind: RequestKind;
  /** In capitals, such as `POST`. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The account of the credentials or the token, also if they were rejected. */
  readonly account: string | undefined;
  /** The headers sent; credentials are replaced by `Bearer sha256:…`, equal for equal values. Names are lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether a scripted fault affected the answer. */
  readonly faulted: boolean;
  /** Absent until answered, and if no status line was sent (reset, hang, raw bytes, client disconnected). */
  readonly status: number | undefined;
  /** Milliseconds from arrival to the end of the answer; absent until then. */
  readonly durationMs: number | undefined;
}

/**
 * Requests that match every given field.
 *
 * @publicApi
 */
export interface RequestPattern {
  /** The part of the service. */
  readonly kind?: RequestKind;
  /** Case-insensitive. */
  readonly method?: string;
  /** The whole path without the query, or a regular expression that matches part of it. */
  readonly path?: string | RegExp;
  /** Name of an account. */
  readonly account?: string;
}

/**
 * `'token'` is the token endpoint, `'resource'` everything else, `'all'` both.
 *
 * @publicApi
 */
export type RequestTarget = RequestKind | 'all' | RequestPattern;

export type RequestSubject = Pick<RequestRecord, 'kind' | 'method' | 'path' | 'account'>;

export function matchesTarget(target: RequestTarget, subject: RequestSubject): boolean {
  if (typeof target === 'string') {
    return target === 'all' || target === subject.kind;
  }
  const { kind, method, path, account } = target;
  return (
    (kind === undefined || kind === subject.kind) &&
    (method === undefined || method.toUpperCase() === subject.method) &&
    (path === undefined || matchesPath(path, subject.path)) &&
    (account === undefined || account === subject.account)
  );
}

/** `search` and not `test`: with the flags g or y, `test` would start after the last match. */
function matchesPath(expected: string | RegExp, path: string): boolean {
  return typeof expected === 'string' ? expected === path : path.search(expected) >= 0;
}

const SECRET_HEADER = /authorization|cookie|key|secret|token/;
/** Only known schemes are shown: the first word of a malformed header could be the secret. */
const SCHEME = /^(basic|bearer|dpop|digest) /i;

/** The headers of a request, with possible credentials replaced by a fingerprint. */
export function redactHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    return [name, SECRET_HEADER.test(name) ? redact(text) : text];
  });
  return Object.fromEntries(entries);
}

function redact(value: string): string {
  const scheme = SCHEME.exec(value)?.[0] ?? '';
  const fingerprint = createHash('sha256').update(value.slice(scheme.length)).digest('hex').slice(0, 12);
  return `${scheme}sha256:${fingerprint}`;
}
