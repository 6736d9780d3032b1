import { ownField, parseObject } from './json-object.js';
import { jwtLifetimeMs } from './jwt-lifetime.js';

/** Things worth a warning that do not make an answer unusable, each naming the field it is about. */
const WARNING = {
  contentType: 'Content-Type is not JSON, though the body is',
  tokenTypeMissing: 'token_type is missing, Bearer is assumed',
  expiresInMissing: 'expires_in is missing, the life is taken from the token or assumed to be 300 s',
  expiresInUnusable:
    'expires_in is no whole number of seconds, the life is taken from the token or assumed to be 300 s',
  jwtLifeShorter: 'expires_in is longer than the life the token tells of itself, the shorter one is used',
  scope: 'scope is present, and ignored',
} as const;

export type TokenAnswer =
  | { readonly ok: true; readonly value: string; readonly lifetimeMs: number; readonly warnings: readonly string[] }
  /** `error` is the OAuth error code of the body, if that is what the body holds. */
  | { readonly ok: false; readonly what: string; readonly error?: string };

export interface AnswerContext {
  readonly contentType: string | undefined;
  /** The answer's `Date`, epoch milliseconds. */
  readonly answeredAt: number | undefined;
  readonly allowMissingTokenType: boolean;
}

const MAX_TOKEN_LENGTH = 8_192;
/** RFC 6750 section 2.1 (b68token) allows less; any visible ASCII is harmless in a header. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** The life assumed where the answer tells none. */
const FALLBACK_LIFE_MS = 300_000;
const MAX_LIFE_SECONDS = 366 * 24 * 3_600;

/**
 * Reads the body of a 200 answer, believing nothing of it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function readTokenAnswer(text: string, context: AnswerContext): TokenAnswer {
  const body = parseObject(text);
  if (body === undefined) return refuse('is not a JSON object');
  const error = ownField(body, 'error');
  // Some servers write an empty error into every answer.
  if (typeof error === 'string' && error !== '')
    return { ok: false, what: 'The answer is an error in disguise', error };
  const value = ownField(body, 'access_token');
  if (typeof value !== 'string' || value.trim() === '') return refuse('has no access_token');
  if (value.length > MAX_TOKEN_LENGTH) return refuse('has an access_token of more than 8 KB');
  if (!VISIBLE_ASCII.test(value)) return refuse('has an access_token with characters that no header may carry');

  const warnings: string[] = [];
  const type = ownField(body, 'token_type');
  if (type === undefined || type === null) {
    if (!context.allowMissingTokenType) return refuse('has no token_type (see the option allowMissingTokenType)');
    warnings.push(WARNING.tokenTypeMissing);
  } else if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return refuse('has a token_type other than Bearer');
  }

  const life = readLife(ownField(body, 'expires_in'), jwtLifetimeMs(value, context.answeredAt), warnings);
  if (life === undefined) return refuse('has an expires_in of zero or less');
  if (ownField(body, 'scope') !== undefined) warnings.push(WARNING.scope);
  if (!isJson(context.contentType)) warnings.push(WARNING.contentType);
  return { ok: true, value, lifetimeMs: life, warnings };
}

function readLife(expiresIn: unknown, jwtMs: number | undefined, warnings: string[]): number | undefined {
  const seconds = wholeSeconds(expiresIn);
  if (seconds !== undefined && seconds <= 0) return undefined;
  if (seconds === undefined) {
    const isMissing = expiresIn === undefined || expiresIn === null;
    warnings.push(isMissing ? WARNING.expiresInMissing : WARNING.expiresInUnusable);
    return jwtMs ?? FALLBACK_LIFE_MS;
  }
  const lifetimeMs = seconds * 1_000;
  if (jwtMs === undefined || jwtMs >= lifetimeMs) return lifetimeMs;
  warnings.push(WARNING.jwtLifeShorter);
  return jwtMs;
}

/** A JSON number, rounded down, or a string of digits; nothing else that JavaScript would take for a number. */
function wholeSeconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || number > MAX_LIFE_SECONDS) return undefined;
  return Math.floor(number);
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '');
}

function refuse(what: string): TokenAnswer {
  return { ok: false, what: `The answer ${what}` };
}
