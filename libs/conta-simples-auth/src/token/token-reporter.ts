import type { Instant } from './clock.js';
import type { ContaSimplesTokenEvent } from './events.js';
import type { HeldToken } from './held-token.js';
import type { ContaSimplesTokenState } from './status.js';
import { retryAt, type Trouble } from './trouble.js';

/** Tells what happens to one account's token: each attempt, but each change of state only once. */
export class TokenReporter {
  readonly #account: string;
  readonly #emit: (event: ContaSimplesTokenEvent) => void;
  #toldState: ContaSimplesTokenState = 'empty';

  constructor(account: string, emit: (event: ContaSimplesTokenEvent) => void) {
    this.#account = account;
    this.#emit = emit;
  }

  acquired(
    now: Instant,
    { token, cause, generation }: HeldToken,
    requestMs: number,
    overcome: Trouble | undefined,
  ): void {
    const { fingerprint, expiresAt } = token;
    const durationMs = Math.round(requestMs);
    this.#emit({ type: 'acquired', ...this.#about(now), cause, fingerprint, generation, expiresAt, durationMs });
    this.#toldState = 'valid';
    if (overcome) this.#emit({ type: 'recovered', ...this.#about(now), attempts: overcome.attempts });
  }

  refreshFailed(now: Instant, trouble: Trouble): void {
    this.#emit({ type: 'refresh_failed', ...this.#failure(now, trouble) });
  }

  /** Called wherever the state may have changed; says so only if it has, and for the worse. */
  state(now: Instant, state: ContaSimplesTokenState, trouble: Trouble | undefined): void {
    if (state === this.#toldState || trouble === undefined) return;
    this.#toldState = state;
    if (state === 'degraded' || state === 'cooling') this.#emit({ type: state, ...this.#failure(now, trouble) });
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

  #failure(now: Instant, trouble: Trouble) {
    const { kind, what, status, requestId } = trouble.failure;
    return {
      ...this.#about(now),
      kind,
      message: what,
      attempts: trouble.attempts,
      retryAt: retryAt(trouble, now),
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
    };
  }
}
