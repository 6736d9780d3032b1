import type { CredentialRotation } from '../accounts.js';
import type { LatencyMs } from '../emulator-options.js';
import { assertFault, type Fault, type FaultOptions } from '../faults/fault.js';
import type { RequestPattern, RequestTarget } from '../requests/request-record.js';
import { assertPlainObject } from '../validation.js';

/** The JSON object of a control request, not checked yet. */
export type ControlInput = Record<string, unknown>;

interface FaultScriptInput {
  readonly target: RequestTarget;
  readonly fault: Fault;
  readonly options: FaultOptions;
}

/**
 * `{ target, fault, times?, forMs? }`. For values that JSON lacks: `times: null` means no limit, `target.pathPattern` is a
 * regular expression, `fault.bodyBase64` and `fault.rawBase64` are bytes.
 */
export function toFaultScript(input: ControlInput): FaultScriptInput {
  assertOnly(input, ['target', 'fault', 'times', 'forMs']);
  const times = input.times === null ? Number.POSITIVE_INFINITY : toOptionalNumber(input, 'times');
  return {
    target: toTarget(input.target),
    fault: toFault(input.fault),
    options: { times, forMs: toOptionalNumber(input, 'forMs') },
  };
}

/** `{ apiKey, next?: { apiKey?, apiSecret? }, revokeTokens? }` */
export function toRotation(input: ControlInput): [apiKey: string, next: CredentialRotation] {
  assertOnly(input, ['apiKey', 'next', 'revokeTokens']);
  const apiKey = toOptionalString(input, 'apiKey');
  if (apiKey === undefined) {
    throw new TypeError('apiKey is required: the key that the account uses now.');
  }
  const next = input.next ?? {};
  assertPlainObject(next, 'next');
  assertOnly(next, ['apiKey', 'apiSecret']);
  if (input.revokeTokens !== undefined && typeof input.revokeTokens !== 'boolean') {
    throw new TypeError('revokeTokens must be true or false.');
  }
  return [
    apiKey,
    {
      apiKey: toOptionalString(next, 'apiKey'),
      apiSecret: toOptionalString(next, 'apiSecret'),
      revokeTokens: input.revokeTokens,
    },
  ];
}

/** `{ seconds }` */
export function toSeconds(input: ControlInput): number {
  assertOnly(input, ['seconds']);
  return toOptionalNumber(input, 'seconds') ?? Number.NaN;
}

/** `{ ms }` for both halves, or `{ token?, resource? }`. */
export function toLatency(input: ControlInput): LatencyMs {
  assertOnly(input, ['ms', 'token', 'resource']);
  const both = toOptionalNumber(input, 'ms');
  const halves = (['token', 'resource'] as const).filter((half) => input[half] !== undefined);
  if ((both === undefined) === (halves.length === 0)) {
    throw new TypeError('Give either ms, or token and/or resource, in milliseconds.');
  }
  return both ?? Object.fromEntries(halves.map((half) => [half, toOptionalNumber(input, half)]));
}

export function toOptionalString(input: ControlInput, field: string): string | undefined {
  const value = input[field];
  if (value !== undefined && typeof value !== 'string') {
    throw new TypeError(`${field} must be a string.`);
  }
  return value;
}

function toOptionalNumber(input: ControlInput, field: string): number | undefined {
  const value = input[field];
  if (value !== undefined && typeof value !== 'number') {
    throw new TypeError(`${field} must be a number.`);
  }
  return value;
}

function toTarget(value: unknown): RequestTarget {
  if (value === 'token' || value === 'resource' || value === 'all') {
    return value;
  }
  assertPlainObject(value, "target must be 'token', 'resource' or 'all', or it");
  assertOnly(value, ['kind', 'method', 'path', 'pathPattern', 'account']);
  const kind = toOptionalString(value, 'kind');
  if (kind !== undefined && kind !== 'token' && kind !== 'resource') {
    throw new TypeError("target.kind must be 'token' or 'resource'.");
  }
  const pattern = toOptionalString(value, 'pathPattern');
  const target: RequestPattern = {
    kind,
    method: toOptionalString(value, 'method'),
    path: pattern === undefined ? toOptionalString(value, 'path') : new RegExp(pattern),
    account: toOptionalString(value, 'account'),
  };
  return target;
}

function toFault(value: unknown): Fault {
  assertPlainObject(value, 'fault');
  const { bodyBase64, rawBase64, ...fault } = value;
  const bytes = { body: toBytes(bodyBase64, 'bodyBase64'), raw: toBytes(rawBase64, 'rawBase64') };
  const complete = { ...fault, ...(bytes.body && { body: bytes.body }), ...(bytes.raw && { raw: bytes.raw }) };
  assertFault(complete);
  return complete;
}

function toBytes(value: unknown, field: string): Buffer | undefined {
  if (value !== undefined && typeof value !== 'string') {
    throw new TypeError(`fault.${field} must be a string.`);
  }
  return value === undefined ? undefined : Buffer.from(value, 'base64');
}

function assertOnly(input: ControlInput, fields: readonly string[]): void {
  const unknown = Object.keys(input).find((field) => !fields.includes(field));
  if (unknown !== undefined) {
    throw new TypeError(`There is no field "${unknown}" here: use ${fields.join(', ')}.`);
  }
}
