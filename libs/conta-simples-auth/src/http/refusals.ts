import { ContaSimplesAuthError } from '../token/auth-error.js';

export function untrustedOrigin(account: string, why: string): ContaSimplesAuthError {
  const what = `The request was not sent: ${why}`;
  return new ContaSimplesAuthError({ kind: 'untrusted_origin', what, account });
}

export function untrustedServer(account: string, why: string): ContaSimplesAuthError {
  const what = `The request was not sent: ${why}`;
  return new ContaSimplesAuthError({ kind: 'tls_error', what, account });
}

export function notReplayable(account: string): ContaSimplesAuthError {
  const what = 'The API answered 401 to a request whose body can be sent only once';
  return new ContaSimplesAuthError({ kind: 'not_replayable', what, account });
}
