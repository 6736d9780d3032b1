import { apiError, type Reply } from '../http/reply.js';
import type { IssuedTokens } from './issued-tokens.js';

/** Capital B and one space: the vendor rejects `bearer`, which RFC 9110 section 11.1 allows. Token: RFC 6750 section 2.1. */
const BEARER = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/;

type BearerVerdict =
  | { readonly account: string; readonly rejection?: undefined }
  | { readonly account?: string; readonly rejection: Reply };

/** Checks the `Authorization` headers of a resource call. A rejection names the account if the token is known. */
export function checkBearer(authorization: readonly string[], tokens: IssuedTokens): BearerVerdict {
  const [header, ...others] = authorization;
  if (header === undefined) {
    return { rejection: unauthorized('The Authorization header is missing', 'Bearer') };
  }
  const token = BEARER.exec(header)?.[1];
  if (token === undefined || others.length > 0) {
    return { rejection: unauthorized('The Authorization header must be one "Bearer {token}"') };
  }
  const verdict = tokens.verify(token);
  switch (verdict.state) {
    case 'valid':
      return { account: verdict.account };
    case 'unknown':
      return { rejection: unauthorized('The access token is not valid') };
    default:
      return { account: verdict.account, rejection: unauthorized(`The access token is ${verdict.state}`) };
  }
}

/** RFC 6750 section 3: a request without any credentials gets the challenge without an error code. */
function unauthorized(message: string, challenge = 'Bearer error="invalid_token"'): Reply {
  return apiError(401, message, { headers: { 'www-authenticate': challenge } });
}
