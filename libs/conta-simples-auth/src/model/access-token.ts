import { createHash } from 'node:crypto';

/** What is accepted as a token, from the token endpoint and from the shared store. */
export const MAX_TOKEN_LENGTH = 8_192;
/** RFC 6750 section 2.1 (b64token) allows fewer characters; any visible ASCII character is harmless in a header. */
export const TOKEN_CHARACTERS = /^[\x21-\x7e]+$/;
/** Just over a year. */
export const MAX_TOKEN_LIFETIME_MS = 366 * 24 * 3_600_000;

/**
 * An access token and its lifetime. It prints as its fingerprint in `console.log`, JSON, template strings and structured
 * logs; only {@link AccessToken.value} returns the bare string.
 *
 * @publicApi
 * @see https://www.rfc-editor.org/rfc/rfc6750 for how a Bearer token is used
 */
export class AccessToken {
  /** The scheme to write before {@link AccessToken.value}; the API rejects any other spelling. */
  readonly type = 'Bearer' as const;
  /** When the request for it was sent, epoch milliseconds. */
  readonly obtainedAt: number;
  /** When it ends, epoch milliseconds, counted from the moment its request was sent. */
  readonly expiresAt: number;
  /** A short one-way digest that distinguishes tokens. No getter, so that copies and comparisons have it too. */
  readonly fingerprint: string;
  readonly #value: string;

  /**
   * For tests of an application; the library creates its tokens itself.
   *
   * @param value the bare token
   * @param obtainedAt epoch milliseconds
   * @param expiresAt epoch milliseconds
   */
  constructor(value: string, obtainedAt: number, expiresAt: number) {
    this.#value = value;
    this.fingerprint = fingerprint(value);
    this.obtainedAt = obtainedAt;
    this.expiresAt = expiresAt;
    // All callers share it: a change by one of them would affect the requests of the others.
    Object.freeze(this);
  }

  /** The bare token. Never log it, and send it only to the account's API. */
  get value(): string {
    return this.#value;
  }

  /** `AccessToken(<fingerprint>)`, in template strings and other conversions to a string. */
  toString(): string {
    return `AccessToken(${this.fingerprint})`;
  }

  /** The same in JSON. */
  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** How a secret is printed: it distinguishes two secrets in a log, and cannot be used or guessed from. */
export function fingerprint(secret: string): string {
  // Joined, so that V8 stores one short string and not a pair of them.
  return ['sha256', createHash('sha256').update(secret).digest().toString('hex', 0, 6)].join(':');
}

/**
 * How long a caller waits for a token.
 *
 * @publicApi
 */
export interface WaitOptions {
  /** Ends this caller's wait with the signal's reason; the shared request continues for the others. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, at most the option `waitTimeoutMs`, which is also the default. */
  readonly timeoutMs?: number | undefined;
}
