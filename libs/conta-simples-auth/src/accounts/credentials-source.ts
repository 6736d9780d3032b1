import type { Clock } from '../support/clock.js';
import type { TokenFailure } from '../token/token-source.js';
import { credentialProblem } from './check-credentials.js';
import { type ClientAuthEncoding, type ContaSimplesCredentials, Credentials } from './credentials.js';

/** Where the pair of one account comes from; asked before each token request, never for a cached token. */
export type CredentialsSource = () => ContaSimplesCredentials | Promise<ContaSimplesCredentials>;

export type CredentialsOutcome =
  | { readonly ok: true; readonly credentials: Credentials }
  | { readonly ok: false; readonly failure: TokenFailure };

export interface ReadCredentialsOptions {
  readonly clock: Clock;
  readonly encoding: ClientAuthEncoding;
  readonly timeoutMs: number;
  /** Ends the wait early, at shutdown. */
  readonly signal?: AbortSignal;
}

/** Asks the source under a deadline and checks what it gives. Never throws, and shows nothing of what the source threw. */
export async function readCredentials(
  source: CredentialsSource,
  { clock, encoding, timeoutMs, signal }: ReadCredentialsOptions,
): Promise<CredentialsOutcome> {
  const late = Symbol('late');
  let giveUp = () => {};
  const deadline = new Promise<typeof late>((resolve) => {
    giveUp = () => resolve(late);
  });
  const timer = clock.setTimer(giveUp, timeoutMs, { hold: true });
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted) giveUp();
  try {
    const given: unknown = await Promise.race([callSource(source), deadline]);
    if (given === late)
      return unavailable(`did not give a pair ${signal?.aborted ? 'before shutdown' : `within ${timeoutMs} ms`}`);
    return check(given, encoding);
  } catch {
    return unavailable('failed');
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', giveUp);
  }
}

/** An async function, so that a source that throws at once is treated as one that rejects. */
async function callSource(source: CredentialsSource): Promise<unknown> {
  return source();
}

function check(given: unknown, encoding: ClientAuthEncoding): CredentialsOutcome {
  if (typeof given !== 'object' || given === null) return unavailable('gave no pair');
  const { apiKey, apiSecret } = given as Partial<ContaSimplesCredentials>;
  for (const [part, value] of [['apiKey', apiKey] as const, ['apiSecret', apiSecret] as const]) {
    const problem = credentialProblem(part, value, encoding);
    if (problem !== undefined) return unavailable(`gave an unusable pair: ${part} ${problem}`);
  }
  return { ok: true, credentials: new Credentials({ apiKey: String(apiKey), apiSecret: String(apiSecret) }) };
}

function unavailable(what: string): CredentialsOutcome {
  return { ok: false, failure: { kind: 'credentials_unavailable', what: `The source of the credentials ${what}` } };
}
