import { MAX_TOKEN_LENGTH, MAX_TOKEN_LIFETIME_MS, TOKEN_CHARACTERS } from '../model/access-token.js';
import type { Clock, Instant } from '../support/clock.js';
import { sharesRun } from '../support/shares-run.js';
import type { TokenFailure, TokenOutcome } from '../token/token-source.js';
import { classifyAnswer, isOfEdge, isPage } from './classify-failure.js';
import { httpDate, retryAfterMs } from './http-dates.js';

export type ReceivedBody =
  | { readonly ok: true; readonly text: string; readonly bytes: number }
  | { readonly ok: false; readonly reason: 'too_large' | 'broken_off' | 'not_utf8' };

/** An answer of the token endpoint, unread. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: ReceivedBody;
  readonly sentAt: Instant;
}

export interface ReadingOptions {
  readonly clock: Clock;
  /** How messages name the token endpoint. */
  readonly address: { readonly host: string; readonly url: string };
  readonly allowMissingTokenType: boolean;
  readonly warn: (what: string) => void;
  /** Whether a text from the server repeats part of a secret, and must not be shown. */
  readonly isSecret: (text: string) => boolean;
}

/** A token, or a failure in the library's words. Of the server's text, only the request id is passed on. */
export function readAnswer(answer: RawAnswer, options: ReadingOptions): TokenOutcome {
  const { status, body, sentAt } = answer;
  const json = body.ok ? parseObject(body.text) : undefined;
  const token = status === 200 ? readSuccess(answer, json, options) : { ok: false as const, error: errorOf(json) };
  if (!token.ok) return { ok: false, failure: failureOf(token, answer, json, options) };
  for (const warning of token.warnings) options.warn(warning);
  return { ok: true, grant: { value: token.value, lifetimeMs: token.lifetimeMs, sentAt } };
}

/** Why an answer has no token: by its status and the OAuth error code of its body, or by what is wrong with the body. */
type NoToken =
  | { readonly ok: false; readonly error: string | undefined }
  | { readonly ok: false; readonly kind: 'invalid_response' | 'network_error'; readonly what: string };

function readSuccess(
  { headers, body }: RawAnswer,
  json: object | undefined,
  { address, clock, allowMissingTokenType }: ReadingOptions,
): (TokenBody & { readonly ok: true }) | NoToken {
  const kind = 'invalid_response';
  const encoding = headerText(headers, 'content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return { ok: false, kind, what: 'The answer is compressed, though it was asked not to be' };
  }
  if (!body.ok) {
    if (body.reason !== 'broken_off') return { ok: false, kind, what: UNREADABLE[body.reason] };
    const what = `The answer of the token endpoint at ${address.host} broke off`;
    return { ok: false, kind: 'network_error', what };
  }
  const contentType = headerText(headers, 'content-type');
  const token = readTokenBody(json, {
    contentType,
    allowMissingTokenType,
    // Read only if a lifetime depends on it.
    get answeredAt() {
      return httpDate(headerText(headers, 'date') ?? '', clock.now());
    },
  });
  if (token.ok) return token;
  if (token.error !== undefined) return { ok: false, error: token.error };
  const type = contentType ? 'a declared type' : 'no declared type';
  return { ok: false, kind, what: `${token.what} (${body.bytes} bytes of ${type})` };
}

function failureOf(
  reason: NoToken,
  { status, headers, body }: RawAnswer,
  json: object | undefined,
  { address, clock, isSecret, warn }: ReadingOptions,
): TokenFailure {
  const id = requestId(headers, json, isSecret);
  if ('what' in reason) {
    const { kind, what } = reason;
    return { kind, what, status, ...(id !== undefined && { requestId: id }) };
  }
  const text = body.ok ? body.text : undefined;
  const contentType = headerText(headers, 'content-type');
  const requestedMs = retryAfterMs(headers['retry-after'], headers.date, clock.now());
  const failure = classifyAnswer({
    status,
    url: address.url,
    isHtml: /html/i.test(contentType ?? '') || /^\s*<(?:!doctype|html)/i.test(text ?? ''),
    isPage: isPage(contentType, { text, json }),
    isOfEdge: isOfEdge(headers, { text, json }),
    error: reason.error,
    retryAfterMs: requestedMs,
    requestId: id,
  });
  if (requestedMs !== undefined && failure.retryAfterMs !== undefined && failure.retryAfterMs < requestedMs) {
    warn('Retry-After is longer than 15 minutes, 15 minutes are waited');
  }
  return failure;
}

function errorOf(json: object | undefined): string | undefined {
  const error = ownField(json, 'error');
  return typeof error === 'string' ? error : undefined;
}

const UNREADABLE: Record<'too_large' | 'not_utf8', string> = {
  too_large: 'The answer is longer than 64 KiB',
  not_utf8: 'The answer is not UTF-8',
};

function headerText(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Warnings about answers that are usable all the same; each names the field. */
const WARNING = {
  contentType: 'Content-Type is not JSON, though the body is',
  tokenTypeMissing: 'token_type is missing, Bearer is assumed',
  expiresInMissing: 'expires_in is missing, the lifetime is taken from the token or assumed to be 300 s',
  expiresInUnusable:
    'expires_in is no whole number of seconds, the lifetime is taken from the token or assumed to be 300 s',
  jwtLifetimeShorter: 'expires_in is longer than the lifetime in the token, the shorter one is used',
  scope: 'scope is present, and ignored',
} as const;

export type TokenBody =
  | { readonly ok: true; readonly value: string; readonly lifetimeMs: number; readonly warnings: readonly string[] }
  /** `error` is the OAuth error code of the body, if that is what the body holds. */
  | { readonly ok: false; readonly what: string; readonly error?: string };

export interface AnswerContext {
  readonly contentType: string | undefined;
  /** The answer's `Date`, epoch milliseconds. */
  readonly answeredAt: number | undefined;
  readonly allowMissingTokenType: boolean;
}

/** The lifetime that is assumed where the answer has none. */
const FALLBACK_LIFETIME_MS = 300_000;

/**
 * Reads the body of a 200 answer, and checks each field.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function readTokenBody(body: object | undefined, context: AnswerContext): TokenBody {
  if (body === undefined) return unusable('is not a JSON object');
  const error = ownField(body, 'error');
  // Some servers write an empty `error` into every answer.
  if (typeof error === 'string' && error !== '')
    return { ok: false, what: 'The answer is an error in disguise', error };
  const value = ownField(body, 'access_token');
  if (typeof value !== 'string' || value.trim() === '') return unusable('has no access_token');
  if (value.length > MAX_TOKEN_LENGTH) return unusable('has an access_token of more than 8 KB');
  if (!TOKEN_CHARACTERS.test(value)) return unusable('has an access_token with characters that no header may carry');

  const warnings: string[] = [];
  const type = ownField(body, 'token_type');
  if (type === undefined || type === null) {
    if (!context.allowMissingTokenType) return unusable('has no token_type (see the option allowMissingTokenType)');
    warnings.push(WARNING.tokenTypeMissing);
  } else if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return unusable('has a token_type other than Bearer');
  }

  const lifetimeMs = readLifetime(ownField(body, 'expires_in'), jwtLifetimeMs(value, context), warnings);
  if (lifetimeMs === undefined) return unusable('has an expires_in of zero or less');
  if (ownField(body, 'scope') !== undefined) warnings.push(WARNING.scope);
  if (!isJson(context.contentType)) warnings.push(WARNING.contentType);
  return { ok: true, value, lifetimeMs, warnings };
}

function readLifetime(expiresIn: unknown, jwtMs: number | undefined, warnings: string[]): number | undefined {
  const seconds = wholeSeconds(expiresIn);
  if (seconds !== undefined && seconds <= 0) return undefined;
  if (seconds === undefined) {
    const isMissing = expiresIn === undefined || expiresIn === null;
    warnings.push(isMissing ? WARNING.expiresInMissing : WARNING.expiresInUnusable);
    return jwtMs ?? FALLBACK_LIFETIME_MS;
  }
  const lifetimeMs = seconds * 1_000;
  if (jwtMs === undefined || jwtMs >= lifetimeMs) return lifetimeMs;
  warnings.push(WARNING.jwtLifetimeShorter);
  return jwtMs;
}

/** A JSON number, rounded down, or a string of digits; nothing else that JavaScript would take for a number. */
function wholeSeconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || number > MAX_TOKEN_LIFETIME_MS / 1_000) return undefined;
  return Math.floor(number);
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '');
}

function unusable(what: string): TokenBody {
  return { ok: false, what: `The answer ${what}` };
}

/**
 * The lifetime in a token, `exp - iat` in milliseconds; neither its signature nor this machine's clock is relied on. For a
 * token without `iat`, the answer's `Date` is used. `undefined` if it is no signed JWT or has no plausible lifetime.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
 */
export function jwtLifetimeMs(token: string, answer: Pick<AnswerContext, 'answeredAt'>): number | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const algorithm = ownField(decode(parts[0]), 'alg');
  if (typeof algorithm !== 'string' || algorithm.toLowerCase() === 'none') return undefined;
  const payload = decode(parts[1]);
  const exp = seconds(payload, 'exp');
  if (exp === undefined) return undefined;
  const iat = seconds(payload, 'iat') ?? (answer.answeredAt ?? Number.NaN) / 1_000;
  const lifetimeMs = Math.floor((exp - iat) * 1_000);
  return lifetimeMs > 0 && lifetimeMs <= MAX_TOKEN_LIFETIME_MS ? lifetimeMs : undefined;
}

/** The year 5138 in seconds, 1973 in milliseconds: anything above was meant in milliseconds. */
const MAX_PLAUSIBLE_INSTANT_S = 1e11;

function decode(part: string | undefined): object | undefined {
  if (part === undefined || !/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  return parseObject(Buffer.from(part, 'base64url').toString('utf8'));
}

function seconds(payload: object | undefined, name: string): number | undefined {
  const value = ownField(payload, name);
  return typeof value === 'number' && Math.abs(value) <= MAX_PLAUSIBLE_INSTANT_S ? value : undefined;
}

/** Only what has the form of an id is taken from a server: it is shown in messages and logs. */
const REQUEST_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The service's id of a request, from a header or else from an error body. An id that repeats part of a secret, or of the
 * token in the same answer, is left out.
 */
export function requestId(
  headers: Readonly<Record<string, unknown>>,
  body: object | undefined,
  isSecret: (text: string) => boolean,
): string | undefined {
  const token = ownField(body, 'access_token');
  return [headers['x-request-id'], ownField(body, 'requestId')].find(
    (candidate): candidate is string =>
      typeof candidate === 'string' &&
      REQUEST_ID.test(candidate) &&
      !isSecret(candidate) &&
      !(typeof token === 'string' && sharesRun(candidate, token)),
  );
}

/** Parses a JSON object; `undefined` for any other text. */
export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // The parser's message quotes the text, which may be half a token.
    return undefined;
  }
}

/** A field of the object itself, never an inherited one. */
export function ownField(object: object | undefined, name: string): unknown {
  return object === undefined ? undefined : Object.getOwnPropertyDescriptor(object, name)?.value;
}
