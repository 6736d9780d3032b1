import { fingerprint } from './fingerprint.js';

/**
 * An access token and its life. Prints as its fingerprint in `console.log`, JSON, template strings and structured
 * logs; {@link AccessToken.value} is the only way to the bare string.
 *
 * @publicApi
 * @see https://www.rfc-editor.org/rfc/rfc6750 for how a Bearer token is used
 */
export class AccessToken {
  /** The scheme to write before {@link AccessToken.value}; the service refuses any other spelling. */
  readonly type = 'Bearer' as const;
  /** When the request for it left, epoch milliseconds. */
  readonly obtainedAt: number;
  /** When it ends, epoch milliseconds, counted from the moment its request left. */
  readonly expiresAt: number;
  /** A short one-way digest that tells two tokens apart. */
  readonly fingerprint: string;
  readonly #value: string;

  /**
   * For stand-ins in tests: the library makes its own.
   *
   * @param value the bare token
   * @param obtainedAt epoch milliseconds
   * @param expiresAt epoch milliseconds
   */
  constructor(value: string, obtainedAt: number, expiresAt: number) {
    this.#value = value;
    this.obtainedAt = obtainedAt;
    this.expiresAt = expiresAt;
    this.fingerprint = fingerprint(value);
    // All callers share it: what one of them writes into it, the others would send.
    Object.freeze(this);
  }

  /** The bare token. Never log it, and send it nowhere but to the account's own API. */
  get value(): string {
    return this.#value;
  }

  /** `AccessToken(<fingerprint>)`, in template strings and wherever else a text is wanted. */
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
