import { badRequest, type ErrorDetail } from '../http/api-errors.js';
import type { Reply } from '../http/reply.js';

const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const CREDENTIAL_PARAMETERS = new Set(['client_id', 'client_secret', 'api_key', 'api_secret']);

/** What is wrong with the form of a token request, or nothing. The credentials themselves are another matter. */
export function findTokenRequestProblem(contentType: string, query: string, body: string): Reply | undefined {
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
      ? { field: name, message: 'belongs in the Authorization header, never in the body' }
      : { field: printable(name), message: 'is not a parameter of this request' };
  }
}

function malformed(field: string, message: string): Reply {
  return badRequest('The token request is malformed', { field, message });
}

/** A body that is no form at all comes out as one long "name": it is cut, as it may hold what was meant to be secret. */
function printable(name: string): string {
  return /^[A-Za-z0-9_.-]{1,32}$/.test(name) ? name : '(unreadable)';
}
