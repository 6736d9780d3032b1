import { readCredentials } from '../../accounts/credentials.js';
import { FAILURE_KINDS, type TokenFailureKind } from '../../model/failure-kinds.js';
import { createTokenEndpoint } from '../../oauth/token-endpoint.js';
import { type ResolvedOptions, TOKEN_PATH } from '../../options/options.js';
import { systemClock } from '../../support/clock.js';
import { refreshWindow } from '../../token/refresh-schedule.js';
import type { TokenFailure, TokenGrant } from '../../token/token-source.js';
import { type Check, duration, fail, ok, skip, warn } from './report.js';

interface TokenFindings {
  readonly checks: readonly Check[];
  readonly grant?: TokenGrant;
  /** Why there is no token. */
  readonly failure?: TokenFailureKind;
  /** By how much the server's clock is ahead of ours, if its answer had a `Date`. */
  readonly skewMs?: number;
  /** Whether a text from the server repeats part of the credentials. */
  readonly isSecret: (text: string) => boolean;
}

/** Makes one token request with the library's own code, and shows its warnings. */
export async function checkToken(account: string, options: ResolvedOptions): Promise<TokenFindings> {
  const clock = systemClock;
  const { clientAuthEncoding: encoding, requestTimeoutMs: timeoutMs } = options;
  const source = options.accounts.get(account);
  const read = source && (await readCredentials(source, { clock, encoding, timeoutMs }));
  if (!read?.ok) {
    const failure = read?.failure ?? { kind: 'credentials_unavailable' as const, what: 'There are no credentials' };
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
  const odd = warnings.map((what) =>
    warn('token', what, 'The library accepts this answer; report it to Conta Simples if it persists.'),
  );
  const skew = skewMs === undefined ? {} : { skewMs };
  if (!outcome.ok) {
    const { failure } = outcome;
    return { checks: [failed(failure, options), ...odd], failure: failure.kind, isSecret, ...skew };
  }
  const { grant } = outcome;
  const got = ok('token', `POST ${TOKEN_PATH} returned a token in ${Math.round(requestMs)} ms`);
  return { checks: [got, ...odd, lifetime(grant, requestMs, options.refreshAt)], grant, isSecret, ...skew };
}

function failed(failure: TokenFailure, options: ResolvedOptions): Check {
  const { kind, what, requestId, retryAfterMs } = failure;
  const id = requestId === undefined ? '' : `, request ${requestId}`;
  const wait = retryAfterMs === undefined ? '' : `; the server asks to wait ${duration(retryAfterMs)}`;
  return fail('token', `${what} (${kind}${id})${wait}`, tokenRemedy(failure, options));
}

/** Shorter lifetimes cause a token request for almost every call. */
const SHORT_MS = 60_000;

function lifetime({ lifetimeMs }: TokenGrant, requestMs: number, refreshAt: number): Check {
  const [earliest, latest] = [1, 0].map(
    (random) => refreshWindow({ lifetimeMs, refreshAt, requestMs, random }).refreshAfterMs,
  );
  const message = `valid for ${duration(lifetimeMs)}; the library would refresh it after ${duration(earliest ?? 0)} to ${duration(latest ?? 0)}`;
  if (lifetimeMs >= SHORT_MS) return ok('lifetime', message);
  return warn('lifetime', message, 'Conta Simples documents 30 minutes: check that CONTA_SIMPLES_BASE_URL is its API.');
}

/** The remedy for a failed token request, longer than that of the error message. */
function tokenRemedy({ kind, code }: TokenFailure, { environment, baseUrl }: ResolvedOptions): string {
  if (kind === 'network_error' && code === 'ECONNREFUSED') {
    return 'No server listens at this address: check host and port in CONTA_SIMPLES_BASE_URL, and that the server runs.';
  }
  const { remedy, longRemedy = remedy, scope } = FAILURE_KINDS[kind];
  const advice = longRemedy.replace('{baseUrl}', () => baseUrl);
  return scope === 'credentials' ? `${advice} ${otherEnvironment(environment)}` : advice;
}

/** Each environment rejects the other's credentials, with a status that does not say so. */
function otherEnvironment(environment: string): string {
  if (environment !== 'sandbox' && environment !== 'production') {
    return 'Sandbox and production have separate credentials: use those made for this address.';
  }
  const other = environment === 'sandbox' ? 'production' : 'sandbox';
  return (
    `Sandbox and production have separate credentials: these were tried on ${environment}; ` +
    `if they were made for ${other}, set CONTA_SIMPLES_ENVIRONMENT=${other}.`
  );
}

/** A larger difference cannot come from the duration of the request. */
const TOLERANCE_MS = 30_000;
/** The resolution of a `Date` header. */
const RESOLUTION_MS = 1_000;

/** `skewMs` is by how much the server's clock is ahead of ours. */
export function checkClock(skewMs: number | undefined): Check {
  if (skewMs === undefined) return skip('clock', 'no answer had a Date header to compare with');
  const off = Math.abs(skewMs);
  if (off <= RESOLUTION_MS) return ok('clock', "this machine's clock matches the server's to within a second");
  const message = `this machine's clock is ${duration(off)} ${skewMs > 0 ? 'behind' : 'ahead of'} the server's`;
  if (off <= TOLERANCE_MS) return ok('clock', message);
  const remedy = 'Set it by NTP. Token lifetimes do not depend on it, but certificates, logs and dates do.';
  return warn('clock', message, remedy);
}
