import { type ContaSimplesAuthErrorKind, FAILURE_KINDS } from './failure-kinds.js';
import { printedName } from './printed-name.js';

/** Shared by every copy of this package in a process, which `instanceof` is not. */
const BRAND = Symbol.for('nestjs-conta-simples-auth.error');

/**
 * What an error of this package is made of: for tests of an application that handles one.
 *
 * @publicApi
 */
export interface ContaSimplesAuthErrorDetails {
  /** Why. It decides what the message advises. */
  readonly kind: ContaSimplesAuthErrorKind;
  /** What happened, in one clause and without anything secret: the first words of the message. */
  readonly what: string;
  /** What to do about it, in whole sentences. Default: the advice of the kind. */
  readonly remedy?: string;
  /** The account's name; the message has it escaped and shortened. */
  readonly account?: string;
  /** `sandbox`, `production`, or `custom` for a base URL of one's own. */
  readonly environment?: string;
  /** HTTP status of the token endpoint. */
  readonly status?: number;
  /** Failed attempts in a row. Default 0. */
  readonly attempts?: number;
  /** The service's id of the failed request. */
  readonly requestId?: string;
  /** When the next attempt may be made, epoch milliseconds. */
  readonly retryAt?: number;
}

/**
 * Every error of this package. Holds neither credentials nor an HTTP client's error, so it is safe to log whole.
 *
 * @example
 * ```ts
 * if (isContaSimplesAuthError(error, 'rate_limited')) response.setHeader('Retry-After', secondsUntil(error.retryAt));
 * ```
 * @publicApi
 */
export class ContaSimplesAuthError extends Error {
  /** Why, stable across versions. */
  readonly kind: ContaSimplesAuthErrorKind;
  /** The account it happened to, as it was named; absent for errors of the configuration. */
  declare readonly account?: string;
  /** `sandbox`, `production`, or `custom` for a base URL of one's own. */
  declare readonly environment?: string;
  /** HTTP status of the token endpoint, where there was an answer. */
  declare readonly status?: number;
  /** Failed attempts in a row, this one included; 0 where none was made. */
  readonly attempts: number;
  /** The service's id of the failed request, to quote in a support ticket. */
  declare readonly requestId?: string;
  /** When the next attempt may be made, epoch milliseconds. */
  declare readonly retryAt?: number;

  /** The message is made of `details`: what happened, to which account, what to do, and when the next attempt is. */
  constructor(details: ContaSimplesAuthErrorDetails) {
    super(describe(details));
    this.name = 'ContaSimplesAuthError';
    this.kind = details.kind;
    this.attempts = details.attempts ?? 0;
    if (details.account !== undefined) this.account = details.account;
    if (details.environment !== undefined) this.environment = details.environment;
    if (details.status !== undefined) this.status = details.status;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (details.retryAt !== undefined) this.retryAt = details.retryAt;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/**
 * Whether `error` is one of ours, of this `kind` if given. Works across copies of the package, unlike `instanceof`.
 *
 * @publicApi
 */
export function isContaSimplesAuthError(
  error: unknown,
  kind?: ContaSimplesAuthErrorKind,
): error is ContaSimplesAuthError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return kind === undefined || (error as { kind?: unknown }).kind === kind;
}

function describe(details: ContaSimplesAuthErrorDetails): string {
  const { account, environment, retryAt, requestId, remedy = FAILURE_KINDS[details.kind].remedy } = details;
  const where = [
    account !== undefined ? `account ${printedName(account)}` : undefined,
    environment !== undefined ? `environment ${environment}` : undefined,
    requestId !== undefined ? `request ${requestId}` : undefined,
  ].filter((part) => part !== undefined);
  const context = where.length > 0 ? ` (${where.join(', ')})` : '';
  const next = retryAt !== undefined ? ` Next attempt at ${new Date(retryAt).toISOString()}.` : '';
  return `${details.what}${context}. ${remedy}${next}`;
}
