import { STATUS_CODES } from 'node:http';

/** An answer as a value, so that a fault can change it before it is sent. Header names are lower case. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function reply(status: number, contentType: string, body: Buffer, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': contentType, ...headers }, body };
}

export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return reply(status, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(value)), headers);
}

/** One entry of `details` in the vendor's 400 body. */
export interface ErrorDetail {
  readonly field: string;
  readonly message: string;
}

interface ApiErrorExtras {
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

/** Status line and headers as bytes, for answers that node:http does not send as a fault defines them. */
export function serializeHead(reply: Reply): Buffer {
  const lines = Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n${lines.join('')}\r\n`, 'latin1');
}

export function serializeReply(reply: Reply): Buffer {
  return Buffer.concat([serializeHead(reply), reply.body]);
}
