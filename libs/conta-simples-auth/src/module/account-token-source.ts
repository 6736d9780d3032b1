import type { Credentials } from '../accounts/credentials.js';
import {
  type CredentialsSource,
  type ReadCredentialsOptions,
  readCredentials,
} from '../accounts/credentials-source.js';
import type { EndpointGate } from '../accounts/endpoint-gate.js';
import type { RequestToken } from '../oauth/token-endpoint.js';
import type { DeriveKey } from '../store/record-cipher.js';
import type { SharedTokens } from '../store/shared-tokens.js';
import type { TokenDemand, TokenOutcome, TokenSource } from '../token/token-source.js';

export interface AccountTokenSourceOptions extends ReadCredentialsOptions {
  readonly credentials: CredentialsSource;
  readonly request: RequestToken;
  readonly gate: EndpointGate;
  /** Where other processes share their tokens, if there is such a place. */
  readonly shared: SharedTokens | undefined;
  /** The token endpoint: records of one are of no use for another. */
  readonly endpointUrl: string;
  readonly warn: (what: string) => void;
  /** Sends one request, and measures it. */
  readonly observe?: ObserveRequest | undefined;
}

export type ObserveRequest = (cause: TokenDemand['cause'], send: () => Promise<TokenOutcome>) => Promise<TokenOutcome>;

/** How one account gets a token: ask for its pair, then ask the token endpoint with it. */
export class AccountTokenSource implements TokenSource {
  readonly #options: AccountTokenSourceOptions;
  /** The pair the token endpoint refused last, by its fingerprint. */
  #refused: string | undefined;

  constructor(options: AccountTokenSourceOptions) {
    this.#options = options;
  }

  async obtain(signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome> {
    const read = await this.#read(signal);
    if (!read.ok) return read;
    const outcome = await this.#request(read.credentials, signal, demand);
    if (this.#refused === undefined || signal.aborted) return outcome;
    // A pair that was replaced a moment ago is no reason to cool: asked once more, and tried only if it is another.
    const again = await this.#read(signal);
    if (!again.ok || again.credentials.fingerprint === this.#refused) return outcome;
    return this.#request(again.credentials, signal, demand);
  }

  async hasNews(lastValue: string | undefined): Promise<boolean> {
    const { shared } = this.#options;
    // Another pair would mend nothing else, so that it is not asked for.
    if (this.#refused === undefined && shared === undefined) return false;
    const read = await this.#read();
    if (!read.ok) return false;
    const { credentials } = read;
    if (this.#refused !== undefined && credentials.fingerprint !== this.#refused) return true;
    return shared?.hasToken(this.#keyOf(credentials), lastValue) ?? false;
  }

  #keyOf(credentials: Credentials): DeriveKey {
    return (purpose, bytes) => credentials.deriveKey(this.#options.endpointUrl, purpose, bytes);
  }

  #read(signal?: AbortSignal) {
    return readCredentials(this.#options.credentials, { ...this.#options, signal });
  }

  async #request(credentials: Credentials, signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome> {
    const { request, gate, shared, encoding, warn, observe } = this.#options;
    const client = {
      authorization: credentials.basicHeader(encoding),
      isSecret: (text: string) => credentials.sharesTextWith(text),
      warn,
    };
    const ask = () => request(client, signal);
    // Behind the gate, so that what it holds back counts for nothing; nor does what was given up before it was sent.
    const observed = () => (observe === undefined || signal.aborted ? ask() : observe(demand.cause, ask));
    const send = () => gate.pass(observed, signal);
    const deriveKey = this.#keyOf(credentials);
    const outcome = await (shared?.obtain({ deriveKey, demand, signal, send }) ?? send());
    const isRefusal = !outcome.ok && REFUSALS.has(outcome.failure.kind);
    this.#refused = isRefusal ? credentials.fingerprint : undefined;
    return outcome;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['credentials_rejected', 'forbidden']);
