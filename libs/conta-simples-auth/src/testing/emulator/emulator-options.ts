import type { EmulatorAccountInput } from './accounts/account.js';

/**
 * Milliseconds between judging a request and answering it, 0 or more.
 *
 * @publicApi
 */
export interface EndpointLatencyMs {
  /** At the token endpoint. */
  readonly token: number;
  /** Everywhere else. */
  readonly resource: number;
}

/**
 * One figure for all, or one for each half; a half that is left out keeps what it had.
 *
 * @publicApi
 */
export type LatencyMs = number | Partial<EndpointLatencyMs>;

/**
 * How an emulator starts.
 *
 * @publicApi
 */
export interface ContaSimplesEmulatorOptions {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string;
  /** Port to listen on, 0 to 65535; 0 takes any free one. Default: 0. */
  readonly port?: number;
  /** The accounts that can ask for tokens. Default: one, named `default`, with `EMULATOR_CREDENTIALS`. */
  readonly accounts?: readonly EmulatorAccountInput[];
  /** Life of a token in seconds, sent as `expires_in`; above 0. A fraction is sent as it is. Default: 1800. */
  readonly tokenTtlSeconds?: number;
  /** Milliseconds between the moment a request is judged and its answer, for all or for each half. Default: 0. */
  readonly latencyMs?: LatencyMs;
  /** How far the service's clock is ahead (or behind, if negative) of this machine's, in milliseconds. Default: 0. */
  readonly clockOffsetMs?: number;
  /** Whether a new token kills the account's older ones at once. Default: `false`. */
  readonly singleTokenPerAccount?: boolean;
  /** Calls a minute from one address, token calls included, before 429; the vendor has 100. Default: no limit. */
  readonly rateLimitPerMinute?: number;
  /** The same seed and account name give the same data. Default: 1. */
  readonly seed?: number | string;
  /** The moment before which all transactions lie. Default: the start of the emulator. */
  readonly dataUntil?: Date;
  /** Whether `/__emulator/…` answers callers on this machine. Default: `true`. */
  readonly control?: boolean;
  /**
   * Further names that `/__emulator/…` may be called by, such as that of its container: `['emulator']`. By these it answers
   * callers on other machines, too. Without them it answers to `localhost`, to loopback addresses and to the address that it
   * listens on.
   */
  readonly controlHosts?: readonly string[];
}
