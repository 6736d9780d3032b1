import type { AccountRegistry } from '../accounts/account-registry.js';
import { type BasicHeader, parseBasicHeader } from '../accounts/basic-credentials.js';
import { apiError, badRequest, methodNotAllowed } from '../http/api-errors.js';
import type { Exchange } from '../http/exchange.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { TokenRegistry } from './token-registry.js';
import { findTokenRequestProblem } from './token-request.js';

/** The vendor's token endpoint. */
export const TOKEN_PATH = '/oauth/v1/access-token';

const BODY_LIMIT_BYTES = 16 * 1024;

export interface TokenEndpointContext {
  readonly accounts: AccountRegistry;
  readonly tokens: TokenRegistry;
  readonly issuer: string;
  readonly tokenTtlSeconds: number;
  readonly singleTokenPerAccount: boolean;
  /** Epoch milliseconds of the service's clock. */
  readonly now: number;
}

/** `POST /oauth/v1/access-token`: RFC 6749 section 4.4, with nothing let through that the vendor does not document. */
export async function answerTokenRequest(exchange: Exchange, context: TokenEndpointContext): Promise<Reply> {
  if (exchange.method !== 'POST') {
    return methodNotAllowed('POST');
  }
  const body = await exchange.readBody(BODY_LIMIT_BYTES);
  if (body === undefined) {
    return apiError(413, 'The body of a token request is limited to 16 KiB', { headers: { connection: 'close' } });
  }
  const contentType = exchange.headers['content-type'] ?? '';
  const problem = findTokenRequestProblem(contentType, exchange.query, body.toString('utf8'));
  return problem ?? answerCredentials(readBasic(exchange.authorization), context);
}

/** The account that the request names, right secret or not: what the log and the faults go by. */
export function accountNamedBy(authorization: readonly string[], accounts: AccountRegistry): string | undefined {
  const header = readBasic(authorization);
  return header !== undefined && 'credentials' in header ? accounts.owning(header.credentials.apiKey)?.name : undefined;
}

function readBasic(authorization: readonly string[]): BasicHeader | undefined {
  const [first, ...others] = authorization;
  if (first === undefined) {
    return undefined;
  }
  return others.length > 0 ? { problem: 'must be sent once' } : parseBasicHeader(first);
}

async function answerCredentials(header: BasicHeader | undefined, context: TokenEndpointContext): Promise<Reply> {
  if (header === undefined) {
    return unauthorized('The Authorization header is missing');
  }
  if ('problem' in header) {
    return badRequest('The Authorization header is malformed', { field: 'authorization', message: header.problem });
  }
  const account = context.accounts.authenticate(header.credentials);
  return account === undefined ? unauthorized('The API key or the API secret is wrong') : grant(account.name, context);
}

async function grant(account: string, context: TokenEndpointContext): Promise<Reply> {
  const { tokens, issuer, tokenTtlSeconds: ttlSeconds, now, singleTokenPerAccount: replacesOthers } = context;
  const token = await tokens.issue({ account, issuer, ttlSeconds, now, replacesOthers });
  return jsonReply(
    200,
    { access_token: token, token_type: 'Bearer', expires_in: ttlSeconds },
    // RFC 6749 section 5.1 demands both.
    { 'cache-control': 'no-store', pragma: 'no-cache' },
  );
}

/** RFC 6749 section 5.2: a client that tried Basic is answered with a Basic challenge. */
function unauthorized(message: string): Reply {
  return apiError(401, message, { headers: { 'www-authenticate': 'Basic realm="conta-simples-emulator"' } });
}
