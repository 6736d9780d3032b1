/**
 * The life that a token tells of itself, `exp - iat` in milliseconds, without believing its signature or our clock; a
 * token without `iat` is measured from the answer's `Date`. `undefined` if it is no JWT or tells nothing plausible.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
 */
export function jwtLifeMs(token: string, answeredAt: number | undefined): number | undefined {
  const payload = readPayload(token);
  if (payload === undefined) return undefined;
  const exp = ownNumber(payload, 'exp');
  const iat = ownNumber(payload, 'iat') ?? (answeredAt === undefined ? undefined : answeredAt / 1_000);
  if (exp === undefined || iat === undefined) return undefined;
  const lifeMs = Math.floor((exp - iat) * 1_000);
  return lifeMs > 0 && lifeMs <= MAX_PLAUSIBLE_LIFE_MS ? lifeMs : undefined;
}

/** A year; an `exp` in milliseconds would be thousands of them. */
const MAX_PLAUSIBLE_LIFE_MS = 366 * 24 * 3_600 * 1_000;

function readPayload(token: string): object | undefined {
  const parts = token.split('.');
  const encoded = parts.length === 3 ? parts[1] : undefined;
  if (encoded === undefined || !/^[A-Za-z0-9_-]+$/.test(encoded)) return undefined;
  try {
    const payload: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}

function ownNumber(object: object, name: string): number | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
