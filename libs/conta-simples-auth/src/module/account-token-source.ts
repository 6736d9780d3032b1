import type { Credentials } from '../accounts/credentials.js';
import {
  type CredentialsSource,
  type ReadCredentialsOptions,
  readCredentials,
} from '../accounts/credentials-source.js';
import type { EndpointGate } from '../accounts/endpoint-gate.js';
import type { RequestToken } from '../oauth/token-endpoint.js';
import type { TokenOutcome, TokenSource } from '../token/token-source.js';

export interface AccountTokenSourceOptions extends ReadCredentialsOptions {
  readonly credentials: CredentialsSource;
  readonly request: RequestToken;
  readonly gate: EndpointGate;
  readonly warn: (what: string) => void;
}

/** How one account gets a token: ask for its pair, then ask the token endpoint with it. */
export class AccountTokenSource implements TokenSource {
  readonly #options: AccountTokenSourceOptions;
  /** The pair the token endpoint refused last, by its fingerprint. */
  #refused: string | undefined;

  constructor(options: AccountTokenSourceOptions) {
    this.#options = options;
  }

  async obtain(signal: AbortSignal): Promise<TokenOutcome> {
    const read = await this.#read(signal);
    if (!read.ok) return read;
    const outcome = await this.#request(read.credentials, signal);
    if (this.#refused === undefined || signal.aborted) return outcome;
    // A pair that was replaced a moment ago is no reason to cool: asked once more, and tried only if it is another.
    const again = await this.#read(signal);
    if (!again.ok || again.credentials.fingerprint === this.#refused) return outcome;
    return this.#request(again.credentials, signal);
  }

  async hasNewCredentials(): Promise<boolean> {
    const read = await this.#read();
    return read.ok && read.credentials.fingerprint !== this.#refused;
  }

  #read(signal?: AbortSignal) {
    return readCredentials(this.#options.credentials, { ...this.#options, signal });
  }

  async #request(credentials: Credentials, signal: AbortSignal): Promise<TokenOutcome> {
    const { request, gate, encoding, warn } = this.#options;
    const client = {
      authorization: credentials.basicHeader(encoding),
      isSecret: (text: string) => credentials.sharesTextWith(text),
      warn,
    };
    const outcome = await gate.pass(() => request(client, signal), signal);
    const isRefusal = !outcome.ok && REFUSALS.has(outcome.failure.kind);
    this.#refused = isRefusal ? credentials.fingerprint : undefined;
    return outcome;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['credentials_rejected', 'forbidden']);
