import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Which half of the service a request was for; everything that is not the token endpoint's path is a resource.
 *
 * @publicApi
 */
export type RequestKind = 'token' | 'resource';

/**
 * One request as the emulator saw it. Holds no secret: neither the query nor any credential.
 *
 * @publicApi
 */
export interface RequestRecord {
  /** The `x-request-id` that it was answered with. */
  readonly id: string;
  /** Which half of the service it was for. */
  readonly kind: RequestKind;
  /** In capitals, `POST`. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The account that the credentials or the token belong to, also where they were refused. */
  readonly account: string | undefined;
  /** What the client sent; credentials read `Bearer sha256:…`, equal for equal values. Names are lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether a scripted fault had a hand in the answer. */
  readonly faulted: boolean;
  /** Absent until answered, and for good if no status line was sent (reset, hang, raw bytes, the client left). */
  readonly status: number | undefined;
  /** Milliseconds from arrival to the answer's departure; absent until then. */
  readonly durationMs: number | undefined;
}

/**
 * Requests that agree with every field given.
 *
 * @publicApi
 */
export interface RequestPattern {
  /** Which half of the service. */
  readonly kind?: RequestKind;
  /** Compared without regard to case. */
  readonly method?: string;
  /** The whole path without the query, or an expression that finds something in it. */
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

/** `search` rather than `test`: an expression with the flag g or y would remember where it last matched. */
function matchesPath(expected: string | RegExp, path: string): boolean {
  return typeof expected === 'string' ? expected === path : path.search(expected) >= 0;
}

const SECRET_HEADER = /authorization|cookie|key|secret|token/;
/** Only well-known schemes are shown: the first word of a malformed header could be the secret itself. */
const SCHEME = /^(basic|bearer|dpop|digest) /i;

/** The headers of a request with everything that may be a credential replaced by a fingerprint. */
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
