import type { ContaSimplesEmulatorOptions, EndpointLatencyMs, LatencyMs } from './emulator-options.js';
import { assertDuration, assertInteger } from './validation.js';

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
