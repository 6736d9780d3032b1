import { readCredentials } from '../../accounts/credentials-source.js';
import type { TokenFailureKind } from '../../model/failure-kinds.js';
import { createTokenEndpoint } from '../../oauth/token-endpoint.js';
import { type ResolvedOptions, TOKEN_PATH } from '../../options/resolved-options.js';
import { systemClock } from '../../support/clock.js';
import { refreshWindow } from '../../token/refresh-window.js';
import type { TokenFailure, TokenGrant } from '../../token/token-source.js';
import { tokenRemedy } from './advice.js';
import { type Check, fail, ok, warn } from './check.js';
import { duration } from './duration.js';

export interface TokenFindings {
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

function lifetime({ lifeMs }: TokenGrant, requestMs: number, refreshAt: number): Check {
  const [earliest, latest] = [1, 0].map(
    (random) => refreshWindow({ lifeMs, refreshAt, requestMs, random }).refreshAfterMs,
  );
  const message = `it lives ${duration(lifeMs)} and would be renewed after ${duration(earliest ?? 0)} to ${duration(latest ?? 0)}`;
  if (lifeMs >= SHORT_MS) return ok('lifetime', message);
  return warn('lifetime', message, 'Conta Simples documents 30 minutes: check what answers at this address.');
}
