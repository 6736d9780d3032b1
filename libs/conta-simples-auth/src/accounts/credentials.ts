import { hkdfSync } from 'node:crypto';
import { fingerprint } from '../model/access-token.js';
import type { Clock } from '../support/clock.js';
import { isThenable, waitFor } from '../support/deadline.js';
import { sharesRun } from '../support/shares-run.js';
import type { TokenFailure } from '../token/token-source.js';

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

/**
 * How key and secret are written before they are joined by a colon and encoded in base64: `plain`, unchanged, or `rfc6749`,
 * each form-encoded first. The results differ only if one has characters other than `A-Z a-z 0-9 - . _ *`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7617#section-2 for `plain`, which is what the vendor documents
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 for `rfc6749`
 * @publicApi
 */
export type ClientAuthEncoding = 'plain' | 'rfc6749';

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
    const given = source();
    // Most sources return the pair itself, which needs no deadline.
    if (!isThenable(given)) return check(given, encoding);
    const wait = await waitFor(Promise.resolve(given), { clock, timeoutMs, signal });
    if (wait.reached === undefined) return check(wait.value, encoding);
    return unavailable(
      `did not give a pair ${wait.reached === 'aborted' ? 'before shutdown' : `within ${timeoutMs} ms`}`,
    );
  } catch {
    return unavailable('failed');
  }
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

/** What is wrong with one half of a pair: `what` in words that follow its name. Never quotes it. */
export interface CredentialFault {
  readonly code: 'invalid' | 'blank' | 'line_break' | 'whitespace' | 'characters';
  readonly what: string;
}

/** What is wrong with a pair, in words that begin with the name of its half; `undefined` if nothing is. Never quotes it. */
export function pairProblem(
  { apiKey, apiSecret }: { readonly apiKey?: unknown; readonly apiSecret?: unknown },
  encoding: ClientAuthEncoding,
): string | undefined {
  const keyFault = credentialFault('apiKey', apiKey, encoding);
  if (keyFault !== undefined) return `apiKey ${keyFault.what}`;
  const secretFault = credentialFault('apiSecret', apiSecret, encoding);
  return secretFault && `apiSecret ${secretFault.what}`;
}

/** What is wrong with one half of a pair; `undefined` if nothing is. */
export function credentialFault(
  part: 'apiKey' | 'apiSecret',
  value: unknown,
  encoding: ClientAuthEncoding,
): CredentialFault | undefined {
  if (typeof value !== 'string') return { code: 'invalid', what: 'must be a string' };
  // Before all others: JavaScript counts a byte order mark as whitespace.
  const unusual = unusualCharacter(value);
  if (unusual !== undefined) return { code: 'characters', what: unusual };
  if (value.trim() === '') return { code: 'blank', what: 'is blank' };
  if (/[\r\n]/.test(value)) return { code: 'line_break', what: 'contains a line break' };
  if (value !== value.trim()) return { code: 'whitespace', what: 'has whitespace at its start or end' };
  if (/\p{Cc}/u.test(value)) return { code: 'characters', what: 'contains a control character' };
  // RFC 7617 section 2: the first colon ends the user-id, the rest would be read as the secret.
  if (part === 'apiKey' && encoding === 'plain' && value.includes(':')) {
    return { code: 'invalid', what: "contains ':', which would end the key" };
  }
  return undefined;
}

/** A warning about a value that is allowed but rarely intended. `what` follows the name of the setting. */
export interface CredentialSuspicion {
  readonly code: 'quoted' | 'suspicious';
  readonly what: string;
}

const SUSPICIONS: readonly (readonly [RegExp, string])[] = [
  [/\\[nrt]$/, 'ends with a line break written as \\n: remove it'],
  [/^\$\{?\w+\}?$|^\{\{.*\}\}$|^<.*>$/s, 'looks like a placeholder that was not replaced'],
  [/^\{\s*".*\}$/s, 'looks like JSON: give the value alone'],
  [/^["'`]|["'`]$/, 'has a quotation mark at one end: remove it, unless it belongs to it'],
  [/^(?:undefined|null|\[object \w+\])$/, 'looks like a value that failed to arrive'],
  [/^(?:export\s+)?CONTA_SIMPLES_\w+=/, 'begins with the name of a variable: give the value alone'],
  [/\s#/, 'has " #" in it: if a comment follows, remove it (docker --env-file does not)'],
  [/\\\$/, 'has "\\$" in it: only `expandVariables` of ConfigModule takes the backslash off'],
];

/** `undefined` for a value without a warning. Never quotes the value. */
export function credentialSuspicion(value: string): CredentialSuspicion | undefined {
  if (/^(["'`]).*\1$/s.test(value)) {
    return { code: 'quoted', what: 'has quotation marks around it: remove them, unless they belong to it' };
  }
  const found = SUSPICIONS.find(([pattern]) => pattern.test(value));
  return found && { code: 'suspicious', what: found[1] };
}

/** Characters that come from an editor, a document or a wrong encoding; no key or secret has them. */
const UNUSUAL_CHARACTERS: readonly (readonly [RegExp, string])[] = [
  [/[\u2018-\u201f\u00ab\u00bb\u2039\u203a\u2032\u2033\u00b4]/, 'a typographic quotation mark'],
  [/[\u2010-\u2015\u2212]/, 'a typographic dash'],
  [/\u2026/, 'an ellipsis'],
  [/[\u00a0\u202f\u2007]/, 'a no-break space'],
  [/[\u200b-\u200d\u2060]/, 'a zero-width character'],
  [/\ufeff/, 'a byte order mark'],
  // Format characters, spaces other than ASCII's, lone surrogates, private and unassigned code points; C1 controls.
  [/[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u0080-\u009f]/u, 'an invisible character'],
  [/[^\P{Zs} ]/u, 'a space that is not the usual one'],
];

/**
 * Finds a character that no key or secret has. Returns words that follow the name of the setting: which character it is, or
 * where it comes from; `undefined` if there is none. Accented letters are allowed.
 */
export function unusualCharacter(value: string): string | undefined {
  // Nearly every pair is printable ASCII; the patterns below take a millisecond to compile.
  if (/^[ -~]*$/.test(value)) return undefined;
  // UTF-16 that is read as UTF-8 begins with two invalid bytes, or has a zero byte after each letter.
  if (/[^\0]\0[^\0]\0/.test(value) || /^\ufffd\ufffd/.test(value)) return 'is encoded in UTF-16: save it as UTF-8';
  if (value.includes('\ufffd'))
    return 'was saved in another encoding than UTF-8 (it has bytes that are not UTF-8): save it as UTF-8';
  if (value.startsWith('\ufeff')) return 'begins with a byte order mark (BOM): save it as UTF-8 without BOM';
  for (const [pattern, name] of UNUSUAL_CHARACTERS) {
    const [character] = pattern.exec(value) ?? [];
    if (character !== undefined) return `contains ${name} (${codePoint(character)}): enter it again as plain text`;
  }
  return undefined;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
