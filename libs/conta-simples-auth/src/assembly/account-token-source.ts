import {
  type ContaSimplesCredentials,
  type Credentials,
  type ReadCredentialsOptions,
  readCredentials,
} from '../accounts/credentials.js';
import { FAILURE_KINDS } from '../model/failure-kinds.js';
import type { RequestToken } from '../oauth/token-endpoint.js';
import type { DeriveKey } from '../store/record-cipher.js';
import type { SharedTokens } from '../store/shared-tokens.js';
import type { GateAccount, RequestGate } from '../token/request-gate.js';
import type { TokenDemand, TokenOutcome, TokenSource } from '../token/token-source.js';

/** What the sources of all accounts have in common: one object for all of them. */
export interface TokenSourceSettings extends ReadCredentialsOptions {
  /** Called before each attempt: an account may be given another pair while it is kept. */
  readonly credentialsOf: (account: string) => ContaSimplesCredentials | Promise<ContaSimplesCredentials>;
  readonly request: RequestToken;
  readonly gate: RequestGate;
  /** The token endpoint: records of one are of no use for another. */
  readonly endpointUrl: string;
  /** Called with the fingerprint of the pair of each attempt. */
  readonly usesPair: (account: string, fingerprint: string) => void;
  readonly warn: (account: string, what: string) => void;
  /** Sends one request, and measures it. */
  readonly observe?: ObserveRequest | undefined;
}

export type ObserveRequest = (
  about: { readonly account: string; readonly cause: TokenDemand['cause'] },
  send: () => Promise<TokenOutcome>,
) => Promise<TokenOutcome>;

/** Where one account's token comes from: reads the credentials, then sends a token request with them. */
export class AccountTokenSource implements TokenSource, GateAccount {
  /** Written by the gate. */
  isSuspect = false;
  /** The fingerprint of the pair that the token endpoint rejected last. */
  #rejectedPair: string | undefined;
  readonly #settings: TokenSourceSettings;
  readonly #account: string;
  readonly #shared: SharedTokens | undefined;

  /** `shared` is absent in local mode, without a store. */
  constructor(settings: TokenSourceSettings, account: string, shared: SharedTokens | undefined) {
    this.#settings = settings;
    this.#account = account;
    this.#shared = shared;
  }

  get isReplaceable(): boolean {
    return this.#shared === undefined && this.#rejectedPair === undefined && !this.isSuspect;
  }

  async obtain(signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome> {
    const read = await this.#readCredentials(signal);
    if (!read.ok) return read;
    const outcome = await this.#attempt(read.credentials, signal, demand);
    if (this.#rejectedPair === undefined || signal.aborted) return outcome;
    // The pair may have been replaced a moment ago: if it is another one now, it is tried before the account cools down.
    const again = await this.#readCredentials(signal);
    if (!again.ok || signal.aborted || again.credentials.fingerprint === this.#rejectedPair) return outcome;
    return this.#attempt(again.credentials, signal, demand);
  }

  async canRetryEarly(lastValue: string | undefined, signal?: AbortSignal): Promise<boolean> {
    // Another pair helps only where a pair was rejected.
    if (this.#rejectedPair === undefined && this.#shared === undefined) return false;
    const read = await this.#readCredentials(signal);
    if (!read.ok) return false;
    const { credentials } = read;
    if (this.#rejectedPair !== undefined && credentials.fingerprint !== this.#rejectedPair) return true;
    return this.#shared?.hasToken(this.#keyOf(credentials), lastValue) ?? false;
  }

  /** One attempt with one pair: through the store if there is one, else with a request of this process. */
  async #attempt(credentials: Credentials, signal: AbortSignal, demand: TokenDemand): Promise<TokenOutcome> {
    const { gate, usesPair } = this.#settings;
    if (!signal.aborted) usesPair(this.#account, credentials.fingerprint);
    const send = () => this.#send(credentials, signal, demand.cause);
    const outcome =
      this.#shared === undefined
        ? await this.#requestInTurn(send, signal)
        : await this.#shared.obtain({ deriveKey: this.#keyOf(credentials), demand, signal, gate, account: this, send });
    // An aborted attempt says nothing about the pair, which may have been replaced since.
    if (signal.aborted) return outcome;
    const isRejected = !outcome.ok && FAILURE_KINDS[outcome.failure.kind].scope === 'credentials';
    this.#rejectedPair = isRejected ? credentials.fingerprint : undefined;
    return outcome;
  }

  async #requestInTurn(send: () => Promise<TokenOutcome>, signal: AbortSignal): Promise<TokenOutcome> {
    const { gate } = this.#settings;
    const entry = await gate.enter(this, signal);
    if (!entry.ok) return entry;
    try {
      return gate.leave(entry.place, await send());
    } finally {
      gate.leave(entry.place);
    }
  }

  /** Sends the request; called with a place in the gate, so that requests that the gate holds back are not measured. */
  #send(credentials: Credentials, signal: AbortSignal, cause: TokenDemand['cause']): Promise<TokenOutcome> {
    const { request, encoding, warn, observe } = this.#settings;
    const account = this.#account;
    const client = {
      authorization: credentials.basicHeader(encoding),
      isSecret: (text: string) => credentials.sharesTextWith(text),
      warn: (what: string) => warn(account, what),
    };
    const send = () => request(client, signal);
    return observe === undefined || signal.aborted ? send() : observe({ account, cause }, send);
  }

  #readCredentials(signal?: AbortSignal) {
    const { credentialsOf, clock, encoding, timeoutMs } = this.#settings;
    return readCredentials(() => credentialsOf(this.#account), { clock, encoding, timeoutMs, signal });
  }

  #keyOf(credentials: Credentials): DeriveKey {
    return (purpose, bytes) => credentials.deriveKey(this.#settings.endpointUrl, purpose, bytes);
  }
}
