import type { ContaSimplesCredentials, Credentials } from '../accounts/credentials.js';
import { type ReadCredentialsOptions, readCredentials } from '../accounts/credentials-source.js';
import type { EndpointGate, GateAccount } from '../accounts/endpoint-gate.js';
import { FAILURE_KINDS } from '../model/failure-kinds.js';
import type { RequestToken } from '../oauth/token-endpoint.js';
import type { DeriveKey } from '../store/record-cipher.js';
import type { RequestGate } from '../store/shared-attempt.js';
import type { SharedTokens } from '../store/shared-tokens.js';
import type { TokenDemand, TokenOutcome, TokenSource } from '../token/token-source.js';

/** What the sources of all accounts have in common: one object for all of them. */
export interface TokenSourceSettings extends ReadCredentialsOptions {
  /** Asked each time: an account may be given another pair while it is kept. */
  readonly credentialsOf: (account: string) => ContaSimplesCredentials | Promise<ContaSimplesCredentials>;
  readonly request: RequestToken;
  readonly gate: EndpointGate;
  /** The token endpoint: records of one are of no use for another. */
  readonly endpointUrl: string;
  readonly warn: (account: string, what: string) => void;
  /** Sends one request, and measures it. */
  readonly observe?: ObserveRequest | undefined;
}

export type ObserveRequest = (
  about: { readonly account: string; readonly cause: TokenDemand['cause'] },
  send: () => Promise<TokenOutcome>,
) => Promise<TokenOutcome>;

/** How one account gets a token: ask for its pair, then ask the token endpoint with it. */
export class AccountTokenSource implements TokenSource, GateAccount {
  /** Written by the gate. */
  hangs = false;
  readonly #settings: TokenSourceSettings;
  readonly #account: string;
  readonly #shared: SharedTokens | undefined;
  /** The pair the token endpoint refused last, by its fingerprint. */
  #refused: string | undefined;
  /** The pair that was read last for a token request, by its fingerprint. */
  pairInUse: string | undefined;

  /** `shared` is where other processes share their tokens, if there is such a place. */
  constructor(settings: TokenSourceSettings, account: string, shared: SharedTokens | undefined) {
    this.#settings = settings;
    this.#account = account;
    this.#shared = shared;
  }

  async obtain(signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome> {
    const read = await this.#read(signal);
    if (!read.ok) return read;
    if (!signal.aborted) this.pairInUse = read.credentials.fingerprint;
    const outcome = await this.#request(read.credentials, signal, demand);
    if (this.#refused === undefined || signal.aborted) return outcome;
    // A pair that was replaced a moment ago is no reason to cool: asked once more, and tried only if it is another.
    const again = await this.#read(signal);
    if (!again.ok || signal.aborted || again.credentials.fingerprint === this.#refused) return outcome;
    this.pairInUse = again.credentials.fingerprint;
    return this.#request(again.credentials, signal, demand);
  }

  async canRetryEarly(lastValue: string | undefined, signal?: AbortSignal): Promise<boolean> {
    // Another pair helps only where a pair was rejected.
    if (this.#refused === undefined && this.#shared === undefined) return false;
    const read = await this.#read(signal);
    if (!read.ok) return false;
    const { credentials } = read;
    if (this.#refused !== undefined && credentials.fingerprint !== this.#refused) return true;
    return this.#shared?.hasToken(this.#keyOf(credentials), lastValue) ?? false;
  }

  /** The gate as this account passes it. */
  get #gate(): RequestGate {
    const { gate } = this.#settings;
    const account = this;
    return {
      get hasRoom() {
        return gate.hasRoomFor(account);
      },
      pass: (send, signal) => gate.pass(send, signal, account),
    };
  }

  #keyOf(credentials: Credentials): DeriveKey {
    return (purpose, bytes) => credentials.deriveKey(this.#settings.endpointUrl, purpose, bytes);
  }

  #read(signal?: AbortSignal) {
    const { credentialsOf, clock, encoding, timeoutMs } = this.#settings;
    return readCredentials(() => credentialsOf(this.#account), { clock, encoding, timeoutMs, signal });
  }

  async #request(credentials: Credentials, signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome> {
    const { request, gate, encoding, warn, observe } = this.#settings;
    const account = this.#account;
    const client = {
      authorization: credentials.basicHeader(encoding),
      isSecret: (text: string) => credentials.sharesTextWith(text),
      warn: (what: string) => warn(account, what),
    };
    const ask = () => request(client, signal);
    // Behind the gate, so that what it holds back counts for nothing; nor does what was given up before it was sent.
    const send = () =>
      observe === undefined || signal.aborted ? ask() : observe({ account, cause: demand.cause }, ask);
    const deriveKey = this.#keyOf(credentials);
    const shared = this.#shared?.obtain({ deriveKey, demand, signal, gate: this.#gate, send });
    const outcome = await (shared ?? gate.pass(send, signal, this));
    // Given up: says nothing about the pair, which may have been replaced since.
    if (signal.aborted) return outcome;
    const isRejected = !outcome.ok && FAILURE_KINDS[outcome.failure.kind].scope === 'credentials';
    this.#refused = isRejected ? credentials.fingerprint : undefined;
    return outcome;
  }
}
