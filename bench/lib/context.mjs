import { selfSigned } from '../server/self-signed.mjs';

export const TOKEN_PATH = '/oauth/v1/access-token';
export const RESOURCE_PATH = '/accounts/v1/balance';
/** Answers when the whole body has arrived. */
export const UPLOAD_PATH = '/attachments/v1/upload';

const CREDENTIALS = { key: 'key-of-the-benchmark', secret: 'secret-of-the-benchmark' };

/**
 * The settings of a candidate: the URLs of the service, the credentials, and how long before expiry it should refresh the
 * token, if that can be set.
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

/** A tenth of the token lifetime, at most a minute. */
export const marginOf = (lifeSeconds) => Math.min(60_000, lifeSeconds * 100);
