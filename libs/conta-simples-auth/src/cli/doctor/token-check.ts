import { readCredentials } from '../../accounts/credentials-source.js';
import { FAILURE_KINDS, type TokenFailureKind } from '../../model/failure-kinds.js';
import { createTokenEndpoint } from '../../oauth/token-endpoint.js';
import { type ResolvedOptions, TOKEN_PATH } from '../../options/options.js';
import { systemClock } from '../../support/clock.js';
import { refreshWindow } from '../../token/refresh-window.js';
import type { TokenFailure, TokenGrant } from '../../token/token-source.js';
import { type Check, duration, fail, ok, skip, warn } from './report.js';

interface TokenFindings {
  readonly checks: readonly Check[];
  readonly grant?: TokenGrant;
  /** Why there is none. */
  readonly failure?: TokenFailureKind;
  /** By how much the server's clock is ahead of ours, if it said so. */
  readonly skewMs?: number;
  /** Whether a text from the server repeats part of the pair. */
  readonly isSecret: (text: string) => boolean;
}

/** One token request, by the library's own code; what it warns of is shown. */
export async function checkToken(account: string, options: ResolvedOptions): Promise<TokenFindings> {
  const clock = systemClock;
  const { clientAuthEncoding: encoding, requestTimeoutMs: timeoutMs } = options;
  const source = options.accounts.get(account);
  const read = source && (await readCredentials(source, { clock, encoding, timeoutMs }));
  if (!read?.ok) {
    const failure = read?.failure ?? { kind: 'credentials_unavailable' as const, what: 'There is no pair' };
    return { checks: [failed(failure, options)], failure: failure.kind, isSecret: () => true };
  }
  const { credentials } = read;
  const isSecret = (text: string) => credentials.sharesTextWith(text);
  const warnings: string[] = [];
  let skewMs: number | undefined;
  const request = createTokenEndpoint({
    ...options,
    ...options.transport(),
    url: options.baseUrl + TOKEN_PATH,
    clock,
    onClockSkew: (ahead) => {
      skewMs = ahead;
    },
  });
  const startedAt = clock.monotonic();
  const client = {
    authorization: credentials.basicHeader(encoding),
    isSecret,
    warn: (what: string) => warnings.push(what),
  };
  const outcome = await request(client, new AbortController().signal);
  const requestMs = clock.monotonic() - startedAt;
  const odd = warnings.map((what) => warn('token', what, 'The library copes with it; tell Conta Simples if it stays.'));
  const skew = skewMs === undefined ? {} : { skewMs };
  if (!outcome.ok) {
    const { failure } = outcome;
    return { checks: [failed(failure, options), ...odd], failure: failure.kind, isSecret, ...skew };
  }
  const { grant } = outcome;
  const got = ok('token', `POST ${TOKEN_PATH} gave a token in ${Math.round(requestMs)} ms`);
  return { checks: [got, ...odd, lifetime(grant, requestMs, options.refreshAt)], grant, isSecret, ...skew };
}

function failed(failure: TokenFailure, options: ResolvedOptions): Check {
  const { kind, what, requestId, retryAfterMs } = failure;
  const id = requestId === undefined ? '' : `, request ${requestId}`;
  const wait = retryAfterMs === undefined ? '' : `; it asks to be left alone for ${duration(retryAfterMs)}`;
  return fail('token', `${what} (${kind}${id})${wait}`, tokenRemedy(failure, options));
}

/** Below this, calls and renewals are hardly told apart. */
const SHORT_MS = 60_000;

function lifetime({ lifetimeMs }: TokenGrant, requestMs: number, refreshAt: number): Check {
  const [earliest, latest] = [1, 0].map(
    (random) => refreshWindow({ lifeMs: lifetimeMs, refreshAt, requestMs, random }).refreshAfterMs,
  );
  const message = `it lives ${duration(lifetimeMs)} and would be renewed after ${duration(earliest ?? 0)} to ${duration(latest ?? 0)}`;
  if (lifetimeMs >= SHORT_MS) return ok('lifetime', message);
  return warn('lifetime', message, 'Conta Simples documents 30 minutes: check what answers at this address.');
}

/** What to do about a token request that failed, in more words than an error message has room for. */
function tokenRemedy({ kind, what }: TokenFailure, { environment, baseUrl }: ResolvedOptions): string {
  if (kind === 'network_error' && /ECONNREFUSED/.test(what)) {
    return 'No server listens at this address: check host and port of the base URL, and that the server runs.';
  }
  const { remedy, longRemedy = remedy, scope } = FAILURE_KINDS[kind];
  const advice = longRemedy.replace('{baseUrl}', () => baseUrl);
  return scope === 'credentials' ? `${advice} ${pairOf(environment)}` : advice;
}

/** Each environment rejects the other's pairs, with a status that does not say so. */
function pairOf(environment: string): string {
  if (environment !== 'sandbox' && environment !== 'production') {
    return 'Sandbox and production have separate pairs: use the one that was made for this address.';
  }
  const other = environment === 'sandbox' ? 'production' : 'sandbox';
  return (
    `Sandbox and production have separate pairs: this one was tried on ${environment}; ` +
    `if it was made for ${other}, set CONTA_SIMPLES_ENVIRONMENT=${other}.`
  );
}

/** A clock that is off by more is no longer the fault of the way there and back. */
const TOLERANCE_MS = 30_000;
/** A `Date` header has whole seconds. */
const RESOLUTION_MS = 1_000;

/** `skewMs` is by how much the server's clock is ahead of ours. */
export function checkClock(skewMs: number | undefined): Check {
  if (skewMs === undefined) return skip('clock', 'no answer had a Date to compare with');
  const off = Math.abs(skewMs);
  if (off <= RESOLUTION_MS) return ok('clock', "this machine's clock agrees with the server's, to a second");
  const message = `this machine's clock is ${duration(off)} ${skewMs > 0 ? 'behind' : 'ahead of'} the server's`;
  if (off <= TOLERANCE_MS) return ok('clock', message);
  const remedy =
    'Set it, by NTP: tokens are counted by its speed and do not mind, but certificates, logs and dates do.';
  return warn('clock', message, remedy);
}
