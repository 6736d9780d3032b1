import { readInstant } from '../../libs/conta-simples-auth/src/support/clock.js';
import type { TokenFailure, TokenOutcome, TokenSource } from '../../libs/conta-simples-auth/src/token/token-source.js';
import type { FakeClock } from '../support/fake-clock.js';
import type { SeededRandom } from './random.js';

export type Weather = 'fine' | 'slow' | 'down' | 'unreachable' | 'silent' | 'garbage' | 'limited' | 'rejecting';

/** What the keeper makes of each; the words are the simulation's own, the kinds the library's. */
const FAILURES: Partial<Record<Weather, TokenFailure>> = {
  down: { kind: 'server_error', what: 'It answered 503', status: 503 },
  unreachable: { kind: 'network_error', what: 'It was not reached' },
  garbage: { kind: 'invalid_response', what: 'It answered HTML', status: 200 },
  rejecting: { kind: 'credentials_rejected', what: 'It answered 401', status: 401 },
};
const REQUEST_TIMEOUT_MS = 5_000;
/** In every token's value, so that one that is printed anywhere is found. */
export const CANARY = 'canary-of-a-token';

export interface Attempt {
  readonly startedAt: number;
  readonly weather: Weather;
  /** Milliseconds that the answer asked to be left alone, where it did. */
  readonly retryAfterMs: number;
  succeeded: boolean;
}

/** The token endpoint and the resource server in one: it knows the truth about every token, by true time. */
export class SimulatedServer implements TokenSource {
  readonly attempts: Attempt[] = [];
  weather: Weather = 'fine';
  weatherSince = 0;
  lifeMs: number;
  inFlight = 0;
  peakInFlight = 0;
  readonly #clock: FakeClock;
  readonly #random: SeededRandom;
  readonly #expiry = new Map<string, number>();
  #issued = 0;
  /** How many tokens from here on the resource server rejects from the start. */
  #deadToCome = 0;
  /** When tokens were last revoked, or one was issued that is rejected, by true time. */
  lastRejectable = Number.NEGATIVE_INFINITY;

  constructor(clock: FakeClock, random: SeededRandom, lifeMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.lifeMs = lifeMs;
  }

  change(weather: Weather): void {
    this.weather = weather;
    this.weatherSince = this.#clock.trueTime();
  }

  /** Milliseconds of true life that a token has left; nothing for one that was revoked. */
  leftMs(value: string): number {
    return (this.#expiry.get(value) ?? Number.NEGATIVE_INFINITY) - this.#clock.trueTime();
  }

  revokeAll(): void {
    this.#expiry.clear();
    this.lastRejectable = this.#clock.trueTime();
  }

  /** The next tokens are revoked before anyone can use them. */
  issueDead(count: number): void {
    this.#deadToCome = count;
  }

  async obtain(signal: AbortSignal): Promise<TokenOutcome> {
    const { weather } = this;
    const retryAfterMs = weather === 'limited' ? Math.floor(this.#random.between(1, 120)) * 1_000 : 0;
    const startedAt = this.#clock.monotonic();
    const attempt: Attempt = { startedAt, weather, retryAfterMs, succeeded: false };
    this.attempts.push(attempt);
    this.peakInFlight = Math.max(this.peakInFlight, ++this.inFlight);
    const sentAt = readInstant(this.#clock);
    const expiresAt = this.#clock.trueTime() + this.lifeMs;
    const { lifeMs } = this;
    await this.#pass(this.#durationMs(weather), signal);
    this.inFlight--;
    if (signal.aborted || weather === 'silent') return failed({ kind: 'timeout', what: 'It did not answer in time' });
    if (weather === 'limited')
      return failed({ kind: 'rate_limited', what: 'It answered 429', status: 429, retryAfterMs });
    const failure = FAILURES[weather];
    if (failure !== undefined) return failed(failure);
    const value = `${CANARY}-${++this.#issued}`;
    if (this.#deadToCome > 0) {
      this.#deadToCome--;
      this.lastRejectable = this.#clock.trueTime();
    } else this.#expiry.set(value, expiresAt);
    attempt.succeeded = true;
    return { ok: true, grant: { value, lifetimeMs: lifeMs, sentAt } };
  }

  /** Takes a moment, or hangs until it is given up: a vault that does not answer. */
  async canRetryEarly(_lastValue: string | undefined, signal: AbortSignal): Promise<boolean> {
    await this.#pass(this.#random.pick([0, 20, 3_000, 60_000] as const), signal);
    return false;
  }

  #durationMs(weather: Weather): number {
    if (weather === 'silent') return REQUEST_TIMEOUT_MS;
    if (weather === 'slow') return this.#random.between(500, 4_000);
    return this.#random.between(5, 150);
  }

  #pass(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(resolve, milliseconds);
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });
  }
}

function failed(failure: TokenFailure): TokenOutcome {
  return { ok: false, failure };
}
