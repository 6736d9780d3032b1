import { hkdfSync } from 'node:crypto';
import { fingerprint } from '../model/access-token.js';
import { sharesRun } from '../support/shares-run.js';

/**
 * A key and its secret, as an application hands them over. Each environment has a pair of its own.
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
 * How key and secret are written before they are joined by a colon and encoded in base64: `plain`, as they are, or
 * `rfc6749`, each form-encoded first. They differ only where one holds characters other than `A-Z a-z 0-9 - . _ *`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7617#section-2 for `plain`, which is what the vendor documents
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 for `rfc6749`
 * @publicApi
 */
export type ClientAuthEncoding = 'plain' | 'rfc6749';

/** A checked pair. Prints as a fingerprint; gives away nothing but the header made of it. */
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
   * A key for a purpose, made from the secret and bound to the key and to `scope`.
   *
   * @see https://www.rfc-editor.org/rfc/rfc5869
   */
  deriveKey(scope: string, purpose: string, bytes: number): Buffer {
    const info = JSON.stringify([purpose, scope, this.#apiKey]);
    return Buffer.from(hkdfSync('sha256', this.#apiSecret, 'nestjs-conta-simples-auth', info, bytes));
  }

  /** Whether `text` repeats 12 characters in a row of the key, of the secret, or of the header made of them. */
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
