import { type Clock, readInstant } from '../../libs/conta-simples-auth/src/support/clock.js';
import type { TokenOutcome } from '../../libs/conta-simples-auth/src/token/token-source.js';

const MINUTE = 60_000;

export interface EndpointOptions {
  readonly clock: Clock;
  readonly lifeMs: number;
  readonly latencyMs: number;
  /** Calls a minute from the one address of the fleet, before 429; the vendor has 100. */
  readonly perMinute?: number | undefined;
}

/** The token endpoint of the service: counts, and if told to, limits. */
export class SimulatedEndpoint {
  /** When each request arrived. */
  readonly arrivals: number[] = [];
  /** When each token ends, by its value: from the moment at which its request left. */
  readonly ends = new Map<string, number>();
  #refused = 0;
  readonly #options: EndpointOptions;
  /** Arrivals that count against the limit. */
  readonly #counted: number[] = [];

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  get refused(): number {
    return this.#refused;
  }

  async request(): Promise<TokenOutcome> {
    const { clock, lifeMs, latencyMs } = this.#options;
    const sentAt = readInstant(clock);
    const number = this.arrivals.push(sentAt.monotonic);
    const retryAfterMs = this.#overLimit(sentAt.monotonic);
    await new Promise<void>((resolve) => clock.setTimer(resolve, latencyMs * (0.9 + 0.2 * clock.random())));
    if (retryAfterMs === undefined) {
      const value = `token-${number}`;
      this.ends.set(value, sentAt.monotonic + lifeMs);
      return { ok: true, grant: { value, lifetimeMs: lifeMs, sentAt } };
    }
    this.#refused++;
    const failure = { kind: 'rate_limited', what: 'It answered 429', status: 429, retryAfterMs } as const;
    return { ok: false, failure };
  }

  /** How long until there is room again, where there is none now. */
  #overLimit(now: number): number | undefined {
    const { perMinute } = this.#options;
    if (perMinute === undefined) return undefined;
    const oldest = this.#counted.at(-perMinute);
    if (oldest !== undefined && now - oldest < MINUTE) return Math.ceil((oldest + MINUTE - now) / 1_000) * 1_000;
    this.#counted.push(now);
    return undefined;
  }
}

/** The most requests in any 60 seconds from `since` on. */
export function busiestMinute(arrivals: readonly number[], since = 0): number {
  const times = arrivals.filter((at) => at >= since);
  let start = 0;
  let most = 0;
  times.forEach((at, index) => {
    while (at - (times[start] ?? at) >= MINUTE) start++;
    most = Math.max(most, index - start + 1);
  });
  return most;
}
