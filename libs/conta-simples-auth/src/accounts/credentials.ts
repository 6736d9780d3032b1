import { fingerprint } from '../token/fingerprint.js';

/** A key and its secret, as an application hands them over. */
export interface ContaSimplesCredentials {
  /** The API key: no whitespace around it, no `:` in it. */
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** How key and secret are written before they are joined by a colon and encoded in base64. */
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
    const encode = encoding === 'plain' ? (part: string) => part : formEncode;
    const pair = `${encode(this.#apiKey)}:${encode(this.#apiSecret)}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }

  /** Whether `text` repeats 12 characters in a row of the key or the secret. */
  sharesTextWith(text: string): boolean {
    return sharesRun(text, this.#apiKey) || sharesRun(text, this.#apiSecret);
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

const RUN = 12;

function sharesRun(text: string, secret: string): boolean {
  if (secret.length < RUN) return text.includes(secret);
  for (let start = 0; start + RUN <= secret.length; start++) {
    if (text.includes(secret.slice(start, start + RUN))) return true;
  }
  return false;
}

function formEncode(part: string): string {
  return new URLSearchParams([['', part]]).toString().slice(1);
}
