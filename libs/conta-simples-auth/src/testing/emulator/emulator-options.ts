import type { EmulatorAccountInput } from './accounts.js';
import { assertDuration, assertInteger } from './validation.js';

/**
 * Latency in milliseconds between receiving a request and answering it, 0 or more.
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
 * One number for all requests, or one for each kind; a kind that is left out keeps its value.
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
  /** Token lifetime in seconds, sent as `expires_in`; above 0. A fraction is sent unchanged. Default: 1800. */
  readonly tokenTtlSeconds?: number;
  /** Latency of answers in milliseconds, for all requests or for each kind. Default: 0. */
  readonly latencyMs?: LatencyMs;
  /** How far the service's clock is ahead (or behind, if negative) of this machine's, in milliseconds. Default: 0. */
  readonly clockOffsetMs?: number;
  /** Whether a new token revokes the account's older tokens. Default: `false`. */
  readonly singleTokenPerAccount?: boolean;
  /** Calls a minute from one address, token calls included, before 429; the vendor has 100. Default: no limit. */
  readonly rateLimitPerMinute?: number;
  /** The same seed and account name give the same data. Default: 1. */
  readonly seed?: number | string;
  /** All transactions are before this date. Default: the start of the emulator. */
  readonly dataUntil?: Date;
  /** Whether `/__emulator/…` answers callers on this machine. Default: `true`. */
  readonly control?: boolean;
  /**
   * Further host names that `/__emulator/…` accepts, such as that of its container: `['emulator']`. With these names, callers
   * on other machines are accepted too. Always accepted: `localhost`, loopback addresses and the address listened on.
   */
  readonly controlHosts?: readonly string[];
}

/** The settings that can change while the emulator runs. Every value is validated when it is set. */
export class EmulatorSettings {
  #tokenTtlSeconds = 1800;
  #latencyMs: EndpointLatencyMs = Object.freeze({ token: 0, resource: 0 });
  #rateLimitPerMinute: number | undefined;
  #clockOffsetMs = 0;
  singleTokenPerAccount: boolean;

  constructor(options: ContaSimplesEmulatorOptions) {
    this.tokenTtlSeconds = options.tokenTtlSeconds ?? this.#tokenTtlSeconds;
    this.rateLimitPerMinute = options.rateLimitPerMinute;
    this.clockOffsetMs = options.clockOffsetMs ?? 0;
    this.singleTokenPerAccount = options.singleTokenPerAccount ?? false;
    this.setLatencyMs(options.latencyMs ?? 0);
  }

  get tokenTtlSeconds(): number {
    return this.#tokenTtlSeconds;
  }

  set tokenTtlSeconds(seconds: number) {
    if (!Number.isFinite(seconds) || seconds <= 0) {
      throw new TypeError('tokenTtlSeconds must be a number of seconds above 0.');
    }
    this.#tokenTtlSeconds = seconds;
  }

  get latencyMs(): EndpointLatencyMs {
    return this.#latencyMs;
  }

  setLatencyMs(latency: LatencyMs): void {
    const { token, resource } = this.#latencyMs;
    const next = typeof latency === 'number' ? { token: latency, resource: latency } : { token, resource, ...latency };
    assertDuration(next.token, 'latencyMs.token');
    assertDuration(next.resource, 'latencyMs.resource');
    this.#latencyMs = Object.freeze({ token: next.token, resource: next.resource });
  }

  get rateLimitPerMinute(): number | undefined {
    return this.#rateLimitPerMinute;
  }

  set rateLimitPerMinute(calls: number | undefined) {
    if (calls !== undefined) {
      assertInteger(calls, 'rateLimitPerMinute', 1, Number.MAX_SAFE_INTEGER);
    }
    this.#rateLimitPerMinute = calls;
  }

  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  set clockOffsetMs(milliseconds: number) {
    // The range of `Date` is 8.64e15 ms to either side of the epoch; a century is well inside.
    if (!(Math.abs(milliseconds) <= 100 * 365 * 24 * 60 * 60 * 1000)) {
      throw new TypeError('clockOffsetMs must be a number of milliseconds, at most a century to either side.');
    }
    this.#clockOffsetMs = milliseconds;
  }

  /** Epoch milliseconds of the service's clock. */
  get now(): number {
    return Date.now() + this.#clockOffsetMs;
  }
}
