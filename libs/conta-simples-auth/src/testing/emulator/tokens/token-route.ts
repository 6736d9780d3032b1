import type { EmulatedAccounts } from '../accounts.js';
import type { Exchange } from '../http/exchange.js';
import { apiError, badRequest, type ErrorDetail, jsonReply, methodNotAllowed, type Reply } from '../http/reply.js';
import type { IssuedTokens } from './issued-tokens.js';

const BODY_LIMIT_BYTES = 16 * 1024;

interface TokenEndpointContext {
  readonly accounts: EmulatedAccounts;
  readonly tokens: IssuedTokens;
  readonly issuer: string;
  readonly tokenTtlSeconds: number;
  readonly singleTokenPerAccount: boolean;
  /** Epoch milliseconds of the service's clock. */
  readonly now: number;
}

/** `POST /oauth/v1/access-token`: RFC 6749 section 4.4. Rejects everything that the vendor does not document. */
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

/** The account whose key the request has, also with a wrong secret. Used by the log and the faults. */
export function accountNamedBy(authorization: readonly string[], accounts: EmulatedAccounts): string | undefined {
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
    // Required by RFC 6749 section 5.1.
    { 'cache-control': 'no-store', pragma: 'no-cache' },
  );
}

/** RFC 6749 section 5.2: a client that tried Basic is answered with a Basic challenge. */
function unauthorized(message: string): Reply {
  return apiError(401, message, { headers: { 'www-authenticate': 'Basic realm="conta-simples-emulator"' } });
}

const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const CREDENTIAL_PARAMETERS = new Set(['client_id', 'client_secret', 'api_key', 'api_secret']);

/** The 400 answer for a malformed token request, or `undefined`. Does not check the credentials. */
function findTokenRequestProblem(contentType: string, query: string, body: string): Reply | undefined {
  if (!FORM.test(contentType)) {
    return malformed('content-type', 'must be application/x-www-form-urlencoded');
  }
  if (query !== '') {
    // RFC 6749 section 2.3.1: the parameters "MUST NOT be included in the request URI".
    return malformed('query', 'must be empty: parameters belong in the body');
  }
  const details = [...parameterProblems(new URLSearchParams(body))];
  return details.length > 0 ? badRequest('The token request is malformed', ...details) : undefined;
}

function* parameterProblems(form: URLSearchParams): Generator<ErrorDetail> {
  const names = new Set(form.keys());
  const grants = form.getAll('grant_type');
  if (grants.length === 0) {
    yield { field: 'grant_type', message: 'is required' };
  } else if (grants.length > 1) {
    // RFC 6749 section 3.2: "Request and response parameters MUST NOT be included more than once."
    yield { field: 'grant_type', message: 'must be given once' };
  } else if (grants[0] !== 'client_credentials') {
    yield { field: 'grant_type', message: 'must be client_credentials' };
  }
  names.delete('grant_type');
  for (const name of names) {
    yield CREDENTIAL_PARAMETERS.has(name)
      ? { field: name, message: 'belongs in the Authorization header, not in the body' }
      : { field: publicName(name), message: 'is not a parameter of this request' };
  }
}

function malformed(field: string, message: string): Reply {
  return badRequest('The token request is malformed', { field, message });
}

/** A body that is not a form is parsed as one long "name". It may contain a secret, so it is not repeated. */
function publicName(name: string): string {
  return /^[A-Za-z0-9_.-]{1,32}$/.test(name) ? name : '(unreadable)';
}

interface BasicCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

type BasicHeader = { readonly credentials: BasicCredentials } | { readonly problem: string };

/** RFC 9110 section 11.1: the name of the scheme is case-insensitive. */
const BASIC = /^basic +(.*)$/i;
/** RFC 4648 section 4, padding included; the URL-safe alphabet is another encoding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Parses an `Authorization` value of RFC 7617: `Basic base64(user-id ":" password)`, UTF-8. */
function parseBasicHeader(value: string): BasicHeader {
  const encoded = BASIC.exec(value)?.[1];
  if (encoded === undefined) {
    return { problem: 'must use the Basic scheme' };
  }
  if (!BASE64.test(encoded)) {
    return { problem: 'must hold valid base64' };
  }
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) {
    return { problem: 'must hold base64(api_key:api_secret)' };
  }
  return { credentials: { apiKey: decoded.slice(0, colon), apiSecret: decoded.slice(colon + 1) } };
}
