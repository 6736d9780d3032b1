import type { Reply } from '../http/reply.js';
import { apiError } from '../http/reply.js';
import type { IssuedTokens } from './issued-tokens.js';

/** Capital B and one space: the vendor refuses `bearer`, although RFC 9110 section 11.1 would not. Token: RFC 6750 section 2.1. */
const BEARER = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/;

type BearerVerdict =
  | { readonly account: string; readonly refusal?: undefined }
  | { readonly account?: string; readonly refusal: Reply };

/** Judges the `Authorization` headers of a resource call. A refusal still names the account where the token tells it. */
export function checkBearer(authorization: readonly string[], tokens: IssuedTokens): BearerVerdict {
  const [header, ...others] = authorization;
  if (header === undefined) {
    return { refusal: unauthorized('The Authorization header is missing', 'Bearer') };
  }
  const token = BEARER.exec(header)?.[1];
  if (token === undefined || others.length > 0) {
    return { refusal: unauthorized('The Authorization header must be one "Bearer {token}"') };
  }
  const verdict = tokens.verify(token);
  switch (verdict.state) {
    case 'valid':
      return { account: verdict.account };
    case 'unknown':
      return { refusal: unauthorized('The access token is not valid') };
    default:
      return { account: verdict.account, refusal: unauthorized(`The access token is ${verdict.state}`) };
  }
}

/** RFC 6750 section 3: a request without any credentials gets the challenge without an error code. */
function unauthorized(message: string, challenge = 'Bearer error="invalid_token"'): Reply {
  return apiError(401, message, { headers: { 'www-authenticate': challenge } });
}
