import type { AcquisitionCause, ContaSimplesTokenEvent } from '../model/events.js';
import type { TokenFailureKind } from '../model/failure-kinds.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';

/**
 * Where an application's measurements go, such as `openTelemetry()` of `nestjs-conta-simples-auth/opentelemetry`. It gets no
 * secrets. An error that it throws reaches no call: the first is logged by its name, without its message.
 *
 * @publicApi
 */
export interface ContaSimplesTelemetry {
  /**
   * Called once for each application: when its modules are initialised, or at the first event before that. A provider that
   * the application registers earlier is therefore used from the first request on.
   */
  start(source: ContaSimplesTelemetrySource): ContaSimplesTelemetrySession;
}

/**
 * What a telemetry can read from an application. Reading it causes no request.
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
  /** Whether a store is configured that other processes share. */
  readonly hasStore: boolean;
  /** The state of each account now. */
  statuses(): Iterable<ContaSimplesTokenStatus>;
}

/**
 * Receives what happens in one application. Its methods are called synchronously.
 *
 * @publicApi
 */
export interface ContaSimplesTelemetrySession {
  /** Every event of `ContaSimplesTokenService.events`. */
  event(event: ContaSimplesTokenEvent): void;
  /** A request to the token endpoint is about to be sent. Not called for one that a limit or a cool-down holds back. */
  tokenRequest(request: ContaSimplesTokenRequest): ContaSimplesTokenRequestTelemetry;
  /** A caller begins to wait for a token; called in the caller's async context. The returned function is called when the wait ends. */
  callerWaits(account: string): () => void;
  /** A call got the held token while its refresh fails. */
  servedWhileFailing(account: string): void;
  /** One operation on the shared store has ended. Not called while the store is not used because it failed. */
  storeOperation(operation: ContaSimplesStoreOperation): void;
  /** This process has waited for another one's token request. */
  leaseWait(wait: ContaSimplesLeaseWait): void;
  /** The shared store held a record that was not written with these credentials. Called at most once for each attempt. */
  recordRefused(): void;
  /** How far the token endpoint's clock is ahead of ours, milliseconds, by an answer's `Date`; accurate to about 1 s. */
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
  /** The account's name. */
  readonly account: string;
  /** Why a token is requested. */
  readonly cause: AcquisitionCause;
}

/**
 * One request to the token endpoint, from before it is sent until its answer has been read.
 *
 * @publicApi
 */
export interface ContaSimplesTokenRequestTelemetry {
  /** Calls `send` synchronously and returns its result. Set the async context of the request around that call. */
  run<T>(send: () => T): T;
  /** Called once, when the answer has been read or the request has failed. */
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
  /** HTTP status; absent without an answer. */
  readonly status?: number | undefined;
  /** Why it failed; absent if a token was obtained. */
  readonly failure?: TokenFailureKind | undefined;
}

/**
 * One operation on the shared store that has ended.
 *
 * @publicApi
 */
export interface ContaSimplesStoreOperation {
  /** `get`, `set` or `ttl` for the methods `get()`, `set()` and `ttlMs()` of the `TokenStore`. */
  readonly operation: 'get' | 'set' | 'ttl';
  /** How long it took, milliseconds. */
  readonly durationMs: number;
  /** `timeout` after the operation's deadline, `store_error` for any other failure; absent if it succeeded. */
  readonly failure?: 'timeout' | 'store_error' | undefined;
}

/**
 * A wait for the token request of another process that has ended.
 *
 * @publicApi
 */
export interface ContaSimplesLeaseWait {
  /** How long it took, milliseconds. */
  readonly durationMs: number;
  /** What ended it: the other process's token, its failure, or this process sending its own request. */
  readonly outcome: 'token' | 'failure' | 'own_request';
}
