import { hkdfSync } from 'node:crypto';
import { fingerprint } from '../model/access-token.js';
import type { Clock } from '../support/clock.js';
import { waitFor } from '../support/deadline.js';
import { sharesRun } from '../support/shares-run.js';
import type { TokenFailure } from '../token/token-source.js';
import { type ClientAuthEncoding, pairProblem } from './check-credentials.js';

/**
 * An API key and its secret. Sandbox and production have separate pairs.
 *
 * @publicApi
 */
export interface ContaSimplesCredentials {
  /** The API key: no whitespace around it, no `:` in it. */
  readonly apiKey: string;
  /** The API secret: no whitespace around it. */
  readonly apiSecret: string;
}

/** A checked pair. It prints as its fingerprint; only the `Authorization` header made of it can be read. */
export class Credentials {
  readonly fingerprint: string;
  readonly #apiKey: string;
  readonly #apiSecret: string;

  constructor({ apiKey, apiSecret }: ContaSimplesCredentials) {
    this.#apiKey = apiKey;
    this.#apiSecret = apiSecret;
    this.fingerprint = fingerprint(`${apiKey}:${apiSecret}`);
  }

  /**
   * The value of the `Authorization` header of a token request.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7617#section-2 for `plain`, which is what the vendor documents
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 for `rfc6749`, which form-encodes both parts first
   */
  basicHeader(encoding: ClientAuthEncoding): string {
    return `Basic ${this.#encoded(encoding)}`;
  }

  /**
   * A cryptographic key for a purpose, derived from the secret and bound to the API key and to `scope`.
   *
   * @see https://www.rfc-editor.org/rfc/rfc5869
   */
  deriveKey(scope: string, purpose: string, bytes: number): Buffer {
    const info = JSON.stringify([purpose, scope, this.#apiKey]);
    return Buffer.from(hkdfSync('sha256', this.#apiSecret, 'nestjs-conta-simples-auth', info, bytes));
  }

  /** Whether `text` repeats 12 consecutive characters of the key, of the secret, or of the header made of them. */
  sharesTextWith(text: string): boolean {
    const secrets = [this.#apiKey, this.#apiSecret, this.#encoded('plain'), this.#encoded('rfc6749')];
    return secrets.some((secret) => sharesRun(text, secret));
  }

  #encoded(encoding: ClientAuthEncoding): string {
    const encode = encoding === 'plain' ? (part: string) => part : formEncode;
    return Buffer.from(`${encode(this.#apiKey)}:${encode(this.#apiSecret)}`, 'utf8').toString('base64');
  }

  toString(): string {
    return `Credentials(${this.fingerprint})`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function formEncode(part: string): string {
  return new URLSearchParams([['', part]]).toString().slice(1);
}

/** Provides the pair of one account. Called before each token request, never for a cached token. */
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

/** Calls the source with a deadline and checks the pair. Never throws; an error of the source is not shown. */
export async function readCredentials(
  source: CredentialsSource,
  { clock, encoding, timeoutMs, signal }: ReadCredentialsOptions,
): Promise<CredentialsOutcome> {
  try {
    const wait = await waitFor(callSource(source), { clock, timeoutMs, signal });
    if (wait.reached === undefined) return check(wait.value, encoding);
    return unavailable(
      `did not give a pair ${wait.reached === 'aborted' ? 'before shutdown' : `within ${timeoutMs} ms`}`,
    );
  } catch {
    return unavailable('failed');
  }
}

/** An async function, so that a source that throws at once is treated as one that rejects. */
async function callSource(source: CredentialsSource): Promise<unknown> {
  return source();
}

function check(given: unknown, encoding: ClientAuthEncoding): CredentialsOutcome {
  if (typeof given !== 'object' || given === null) return unavailable('gave no pair');
  // Read once: the properties may be getters.
  const { apiKey, apiSecret } = given as ContaSimplesCredentials;
  const problem = pairProblem({ apiKey, apiSecret }, encoding);
  if (problem !== undefined) return unavailable(`gave an unusable pair: ${problem}`);
  return { ok: true, credentials: new Credentials({ apiKey, apiSecret }) };
}

function unavailable(what: string): CredentialsOutcome {
  return { ok: false, failure: { kind: 'credentials_unavailable', what: `The source of the credentials ${what}` } };
}
