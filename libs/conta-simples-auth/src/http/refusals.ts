import { ContaSimplesAuthError } from '../model/auth-error.js';

export function untrustedOrigin(account: string, why: string): ContaSimplesAuthError {
  const what = `The request was not sent: ${why}`;
  return new ContaSimplesAuthError({ kind: 'untrusted_origin', what, account });
}

/** Mostly a test: axios-mock-adapter replaces the adapter of the instance that it is given. */
export function foreignAdapter(account: string): ContaSimplesAuthError {
  return new ContaSimplesAuthError({
    kind: 'untrusted_origin',
    what: 'The request was not sent: another axios adapter was set for ContaSimplesHttpService, and may send it elsewhere',
    remedy:
      'In tests replace the service by FakeContaSimplesHttpService of nestjs-conta-simples-auth/testing, which also takes ' +
      'axios-mock-adapter, or run against startContaSimplesEmulator(). Elsewhere attach the token to an axios instance of ' +
      'your own: ContaSimplesAuthInterceptor.attach().',
    account,
  });
}

export function untrustedServer(account: string, why: string): ContaSimplesAuthError {
  const what = `The request was not sent: ${why}`;
  return new ContaSimplesAuthError({ kind: 'tls_error', what, account });
}

export function notReplayable(account: string): ContaSimplesAuthError {
  const what = 'The API answered 401 to a request whose body can be sent only once';
  return new ContaSimplesAuthError({ kind: 'not_replayable', what, account });
}
