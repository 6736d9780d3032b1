import type { EmulatorAccountInput } from './accounts.js';
import { assertDuration, assertInteger } from './validation.js';

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

/** What can be changed while the emulator runs. Every value is checked on its way in. */
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
    // The range of `Date` is 8.64e15 ms to either side of the epoch; a century is plenty and stays well inside.
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
