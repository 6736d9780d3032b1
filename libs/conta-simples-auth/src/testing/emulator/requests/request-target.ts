import type { RequestKind, RequestRecord } from './request-record.js';

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
