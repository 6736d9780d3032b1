import { ownField, parseObject } from './json-object.js';

/**
 * The life that a token tells of itself, `exp - iat` in milliseconds, without believing its signature or our clock; a
 * token without `iat` is measured from the answer's `Date`. `undefined` if it is no signed JWT or tells nothing plausible.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
 */
export function jwtLifetimeMs(token: string, answeredAt: number | undefined): number | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const algorithm = ownField(decode(parts[0]), 'alg');
  if (typeof algorithm !== 'string' || algorithm.toLowerCase() === 'none') return undefined;
  const payload = decode(parts[1]);
  const exp = seconds(payload, 'exp');
  const iat = seconds(payload, 'iat') ?? (answeredAt === undefined ? undefined : answeredAt / 1_000);
  if (exp === undefined || iat === undefined) return undefined;
  const lifetimeMs = Math.floor((exp - iat) * 1_000);
  return lifetimeMs > 0 && lifetimeMs <= MAX_PLAUSIBLE_LIFE_MS ? lifetimeMs : undefined;
}

/** A year. */
const MAX_PLAUSIBLE_LIFE_MS = 366 * 24 * 3_600 * 1_000;
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
