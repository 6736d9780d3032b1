import { selfSigned } from '../server/self-signed.mjs';

export const TOKEN_PATH = '/oauth/v1/access-token';
export const RESOURCE_PATH = '/accounts/v1/balance';
/** Answers when the whole body has arrived. */
export const UPLOAD_PATH = '/attachments/v1/upload';

const CREDENTIALS = { key: 'key-of-the-benchmark', secret: 'secret-of-the-benchmark' };

/**
 * What a candidate is told: where the service is, who it is there, and how long before a token's end it should have
 * another, where that can be set at all.
 */
export function contextFor({ origin, secureOrigin }, { marginMs = 60_000, ...more } = {}) {
  return {
    origin,
    secureOrigin,
    tokenUrl: origin + TOKEN_PATH,
    resourceUrl: origin + RESOURCE_PATH,
    ca: selfSigned.cert,
    credentials: CREDENTIALS,
    marginMs,
    ...more,
  };
}

/** A share of a token's life, as a minute is of half an hour and more. */
export const marginOf = (lifeSeconds) => Math.min(60_000, lifeSeconds * 100);
