import { type ContaSimplesAuthErrorKind, FAILURE_KINDS } from './failure-kinds.js';
import { printedName } from './printed-name.js';

/** Shared by all copies of this package in a process, unlike the class. */
const BRAND = Symbol.for('nestjs-conta-simples-auth.error');

/**
 * The parts of an error of this package: for tests of an application that handles one.
 *
 * @publicApi
 */
export interface ContaSimplesAuthErrorDetails {
  /** Why. It decides which remedy the message has. */
  readonly kind: ContaSimplesAuthErrorKind;
  /** What happened, in one clause and without anything secret: the start of the message. */
  readonly what: string;
  /** What to do about it, in whole sentences. Default: the remedy of the kind. */
  readonly remedy?: string;
  /** The account's name; escaped and shortened in the message. */
  readonly account?: string;
  /** `sandbox`, `production`, or `custom` with another base URL. */
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
 * Every error of this package. It contains neither credentials nor an error of the HTTP client, so it is safe to log.
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
  /** The account's name; absent for errors of the configuration. */
  declare readonly account?: string;
  /** `sandbox`, `production`, or `custom` with another base URL. */
  declare readonly environment?: string;
  /** HTTP status of the token endpoint; absent without an answer. */
  declare readonly status?: number;
  /** Failed attempts in a row, including this one; 0 if none was made. */
  readonly attempts: number;
  /** The service's id of the failed request, to quote in a support ticket. */
  declare readonly requestId?: string;
  /** When the next attempt may be made, epoch milliseconds. */
  declare readonly retryAt?: number;

  /** Builds the message from `details`: what happened, to which account, what to do, and when the next attempt is. */
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
 * Whether `error` is an error of this package, and of this `kind` if given. Works across copies of the package, unlike
 * `instanceof`.
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
