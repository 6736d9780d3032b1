import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { ContaSimplesTokenState } from '../model/status.js';
import type { Instant } from '../support/clock.js';
import { type FailureState, retryAt } from './failure-state.js';
import type { HeldToken } from './held-token.js';

/** Tells what happens to one account's token: each attempt, but each change of state only once. */
export class TokenReporter {
  readonly #account: string;
  readonly #emit: (event: ContaSimplesTokenEvent) => void;
  #toldState: ContaSimplesTokenState = 'empty';
  /** Attempts that have failed since the last token, whatever has been configured anew meanwhile. */
  #failures = 0;

  constructor(account: string, emit: (event: ContaSimplesTokenEvent) => void) {
    this.#account = account;
    this.#emit = emit;
  }

  acquired(now: Instant, { token, cause, generation }: HeldToken, requestMs: number): void {
    const { fingerprint, expiresAt } = token;
    const durationMs = Math.round(requestMs);
    this.#emit({ type: 'acquired', ...this.#about(now), cause, fingerprint, generation, expiresAt, durationMs });
    this.#toldState = 'valid';
    if (this.#failures > 0) this.#emit({ type: 'recovered', ...this.#about(now), attempts: this.#failures });
    this.#failures = 0;
  }

  /** The account has other credentials: whatever becomes of these is news. */
  restart(): void {
    this.#toldState = 'empty';
  }

  refreshFailed(now: Instant, failureState: FailureState): void {
    this.#failures++;
    this.#emit({ type: 'refresh_failed', ...this.#failure(now, failureState) });
  }

  /** Called wherever the state may have changed; says so only if it has, and for the worse. */
  state(now: Instant, state: ContaSimplesTokenState, failureState: FailureState | undefined): void {
    if (state === this.#toldState || failureState === undefined) return;
    this.#toldState = state;
    if (state === 'degraded' || state === 'cooling') this.#emit({ type: state, ...this.#failure(now, failureState) });
  }

  invalidated(now: Instant, { token }: HeldToken): void {
    this.#emit({ type: 'invalidated', ...this.#about(now), fingerprint: token.fingerprint });
  }

  replayed(now: Instant, status: number): void {
    this.#emit({ type: 'replayed', ...this.#about(now), status });
  }

  #about(now: Instant) {
    return { account: this.#account, at: now.wall };
  }

  #failure(now: Instant, failureState: FailureState) {
    const { kind, what, status, requestId } = failureState.failure;
    return {
      ...this.#about(now),
      kind,
      message: what,
      attempts: failureState.attempts,
      retryAt: retryAt(failureState, now),
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
    };
  }
}
