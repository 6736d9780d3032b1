import { STATUS_CODES } from 'node:http';
import { jsonReply, type Reply } from './reply.js';

/** One entry of `details` in the vendor's 400 body. */
export interface ErrorDetail {
  readonly field: string;
  readonly message: string;
}

export interface ApiErrorExtras {
  readonly details?: readonly ErrorDetail[];
  readonly requestId?: string;
  readonly headers?: Record<string, string>;
}

/** The error body of the vendor's documentation: `{ error, message, code }`, `details` on a 400, `requestId` on a 500. */
export function apiError(status: number, message: string, extras: ApiErrorExtras = {}): Reply {
  const { details, requestId, headers } = extras;
  return jsonReply(
    status,
    { error: STATUS_CODES[status] ?? 'Error', message, code: status, details, requestId },
    headers ?? {},
  );
}

export function badRequest(message: string, ...details: ErrorDetail[]): Reply {
  return apiError(400, message, details.length > 0 ? { details } : {});
}

/** RFC 9110 section 15.5.6: a 405 must name the methods that are allowed. */
export function methodNotAllowed(allowed: string): Reply {
  return apiError(405, `Use ${allowed} for this resource`, { headers: { allow: allowed } });
}

export function notFound(message = 'There is nothing at this path'): Reply {
  return apiError(404, message);
}
