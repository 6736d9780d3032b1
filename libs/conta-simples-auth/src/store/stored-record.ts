import { createHash } from 'node:crypto';
import { MAX_TOKEN_LENGTH, MAX_TOKEN_LIFETIME_MS, TOKEN_CHARACTERS } from '../model/access-token.js';
import { FAILURE_KINDS, isTokenFailureKind, type TokenFailureKind } from '../model/failure-kinds.js';
import { MAX_WAIT_MS } from '../token/failure-policy.js';
import type { TokenFailure } from '../token/token-source.js';

/** A token as a fleet shares it. Its fields have the names of the record, which other versions read. */
export interface StoredToken {
  readonly value: string;
  /** From its request to its end, milliseconds. */
  readonly lifeMs: number;
  /** What was left of that when the record was written. */
  readonly leftMs: number;
  /** The writer's wall clock, epoch milliseconds: a store may carry out a write long after it was sent. */
  readonly writtenAt: number;
}

/** A failure as a fleet shares it: for how long no process sends a token request, and why. */
export interface StoredFailure {
  readonly failure: TokenFailure;
  /** What was left of the cool-down when the record was written. */
  readonly waitMs: number;
  /** The writer's wall clock, epoch milliseconds; versions before 0.2 did not write it. */
  readonly writtenAt: number | undefined;
}

export function writeToken({ value, lifeMs, leftMs, writtenAt }: StoredToken): string {
  return JSON.stringify({ v: 1, value, lifeMs: Math.floor(lifeMs), leftMs: Math.floor(leftMs), writtenAt });
}

export function readToken(text: string): StoredToken | undefined {
  const record = parse(text);
  if (record === undefined) return undefined;
  const { value, lifeMs, leftMs, writtenAt } = record;
  if (typeof value !== 'string' || value.length > MAX_TOKEN_LENGTH || !TOKEN_CHARACTERS.test(value)) return undefined;
  if (!isDuration(lifeMs, MAX_TOKEN_LIFETIME_MS) || !isDuration(leftMs, lifeMs)) return undefined;
  if (!isInstant(writtenAt)) return undefined;
  return { value, lifeMs, leftMs, writtenAt };
}

/** Whether other processes would meet a failure of this kind as well. */
export function isShared(kind: TokenFailureKind): boolean {
  return FAILURE_KINDS[kind].scope !== 'process';
}

export function writeFailure({ failure, waitMs, writtenAt }: StoredFailure): string {
  const { kind, status } = failure;
  return JSON.stringify({ v: 1, kind, status, waitMs: Math.ceil(waitMs), writtenAt });
}

/** The words are made anew: what is shown in a message never comes out of a store. */
export function readFailure(text: string): StoredFailure | undefined {
  const record = parse(text);
  if (record === undefined) return undefined;
  const { kind, status, waitMs, writtenAt } = record;
  if (writtenAt !== undefined && !isInstant(writtenAt)) return undefined;
  if (!isTokenFailureKind(kind) || !isShared(kind) || !isDuration(waitMs, 2 * MAX_WAIT_MS)) return undefined;
  const hasStatus = typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599;
  const what = `Another process was answered ${hasStatus ? status : 'nothing'} by the token endpoint`;
  const failure = { kind, what, ...(hasStatus && { status }) };
  return { failure, waitMs, writtenAt };
}

function parse(text: string): Partial<Record<string, unknown>> | undefined {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
    const own = Object.assign(Object.create(null) as Partial<Record<string, unknown>>, record);
    return own.v === 1 ? own : undefined;
  } catch {
    return undefined;
  }
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isDuration(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 && value <= max;
}

export const DEFAULT_KEY_PREFIX = 'conta-simples-auth';

/** The keys of one pair of credentials; each operation is on one of them. */
export interface StoreKeys {
  readonly token: string;
  readonly lease: string;
  readonly failure: string;
  /** Shared by all pairs: failures that concern the IP address. */
  readonly endpoint: string;
}

/**
 * The id is in braces, so that a Redis Cluster keeps the keys of a pair on one node. It is derived from the secret, so two
 * pairs never share a key, not even while a deployment changes from one to the other.
 */
export function storeKeys(prefix: string, id: string, endpointUrl: string): StoreKeys {
  const endpoint = createHash('sha256').update(endpointUrl).digest('hex').slice(0, 16);
  return {
    token: `${prefix}:{${id}}:token`,
    lease: `${prefix}:{${id}}:lease`,
    failure: `${prefix}:{${id}}:failure`,
    endpoint: `${prefix}:{${endpoint}}:endpoint`,
  };
}
