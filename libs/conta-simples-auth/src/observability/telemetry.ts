import type { AcquisitionCause, ContaSimplesTokenEvent } from '../model/events.js';
import type { TokenFailureKind } from '../model/failure-kinds.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';

/**
 * Where an application's measurements go, such as `openTelemetry()` of `nestjs-conta-simples-auth/opentelemetry`. Nothing
 * it is given is a secret, and nothing it throws reaches a call: the first error is logged by its name, without its message.
 *
 * @publicApi
 */
export interface ContaSimplesTelemetry {
  /**
   * Called once for each application: when its modules are initialised, or earlier if there is something to tell. An
   * application that registers a provider of its own before that is therefore measured from the first request.
   */
  start(source: ContaSimplesTelemetrySource): ContaSimplesTelemetrySession;
}

/**
 * What an application shows of itself. Reading any of it causes no request.
 *
 * @publicApi
 */
export interface ContaSimplesTelemetrySource {
  /** Version of this library. */
  readonly version: string;
  /** The token endpoint; never with a user name, password or query. */
  readonly tokenUrl: string;
  /** The path of the token endpoint below the base URL. */
  readonly tokenPath: string;
  /** The accounts known at start; others may come later. */
  readonly accounts: readonly string[];
  /** Whether there is a store that other processes share. */
  readonly hasStore: boolean;
  /** The state of each account now. */
  statuses(): Iterable<ContaSimplesTokenStatus>;
}

/**
 * Told what happens in one application, as it happens.
 *
 * @publicApi
 */
export interface ContaSimplesTelemetrySession {
  /** Every event that `ContaSimplesTokenService.events` has. */
  event(event: ContaSimplesTokenEvent): void;
  /** A request to the token endpoint is about to be sent. One that a limit or a cool-down holds back is not told. */
  tokenRequest(request: ContaSimplesTokenRequest): ContaSimplesTokenRequestTelemetry;
  /** A caller begins to wait for a token, in the caller's own async context. What is returned is called as the wait ends. */
  callerWaits(account: string): () => void;
  /** A call got the held token while its refresh fails. */
  servedWhileFailing(account: string): void;
  /** One operation on the shared store is over. One that was not tried, because the store is left alone, is not told. */
  storeOperation(operation: ContaSimplesStoreOperation): void;
  /** This process has waited for another one's token request. */
  leaseWait(wait: ContaSimplesLeaseWait): void;
  /** The shared store held a record that is not of this library and these credentials; told once for each attempt. */
  recordRefused(): void;
  /** By how much the token endpoint's clock is ahead of ours, milliseconds, by an answer's `Date`: true to about a second. */
  clockSkew(skewMs: number): void;
  /** The application has shut down. */
  stop(): void;
}

/**
 * A request to the token endpoint that is about to be sent.
 *
 * @publicApi
 */
export interface ContaSimplesTokenRequest {
  /** The name of the account that it is for. */
  readonly account: string;
  /** Why a token is asked for. */
  readonly cause: AcquisitionCause;
}

/**
 * One request to the token endpoint, from before it is sent until its answer has been read.
 *
 * @publicApi
 */
export interface ContaSimplesTokenRequestTelemetry {
  /** Calls `send` at once and returns what it returns; whatever context is to surround the request is set around that call. */
  run<T>(send: () => T): T;
  /** Called once, as soon as the answer has been read or there will be none. */
  end(result: ContaSimplesTokenRequestResult): void;
}

/**
 * How a request to the token endpoint ended.
 *
 * @publicApi
 */
export interface ContaSimplesTokenRequestResult {
  /** From name resolution to the last byte of the answer, milliseconds. */
  readonly durationMs: number;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** Left out where a token came. */
  readonly failure?: TokenFailureKind | undefined;
}

/**
 * One operation on the shared store, which is over.
 *
 * @publicApi
 */
export interface ContaSimplesStoreOperation {
  /** `get`, `set` or `ttl` for the methods `get()`, `set()` and `ttlMs()` of the `TokenStore`. */
  readonly operation: 'get' | 'set' | 'ttl';
  /** How long it took, milliseconds. */
  readonly durationMs: number;
  /** `timeout` past the operation's deadline, `store_error` for anything else; left out where it succeeded. */
  readonly failure?: 'timeout' | 'store_error' | undefined;
}

/**
 * A wait for the token request of another process, which is over.
 *
 * @publicApi
 */
export interface ContaSimplesLeaseWait {
  /** How long it took, milliseconds. */
  readonly durationMs: number;
  /** What ended it: the other's token, its failure, or that this process goes on with a request of its own. */
  readonly outcome: 'token' | 'failure' | 'own_request';
}
