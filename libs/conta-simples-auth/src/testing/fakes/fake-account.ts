import { AccessToken } from '../../model/access-token.js';
import { ContaSimplesAuthError } from '../../model/auth-error.js';
import type { AcquisitionCause, ContaSimplesTokenEvent } from '../../model/events.js';
import type { TokenFailureKind } from '../../model/failure-kinds.js';
import type { ContaSimplesTokenStatus } from '../../model/status.js';

const ENVIRONMENT = 'fake';
const RETRY_AFTER_MS = 1_000;
const WHAT = 'The test called failWith()';

/** One account of the fake: behaves like a real one, but makes its tokens itself. */
export class FakeAccount {
  readonly name: string;
  readonly #lifeMs: number;
  readonly #emit: (event: ContaSimplesTokenEvent) => void;
  #held: AccessToken | undefined;
  #generation = 0;
  #missingCause: AcquisitionCause = 'first';
  #failure: { readonly kind: TokenFailureKind; readonly at: number; attempts: number } | undefined;

  constructor(name: string, lifeMs: number, emit: (event: ContaSimplesTokenEvent) => void) {
    this.name = name;
    this.#lifeMs = lifeMs;
    this.#emit = emit;
  }

  token(): AccessToken {
    if (this.#held !== undefined && Date.now() < this.#held.expiresAt) return this.#held;
    return this.obtain(this.#missingCause);
  }

  obtain(cause: AcquisitionCause): AccessToken {
    if (this.#failure !== undefined) throw this.#failureError(this.#failure);
    const now = Date.now();
    this.#generation++;
    const token = new AccessToken(`fake-access-token.${this.name}.${this.#generation}`, now, now + this.#lifeMs);
    this.#held = token;
    this.#missingCause = 'expired';
    const { fingerprint, expiresAt } = token;
    const generation = this.#generation;
    this.#emit({ type: 'acquired', ...this.#about(), cause, fingerprint, generation, expiresAt, durationMs: 0 });
    return token;
  }

  invalidate(value: string): void {
    if (this.#held?.value !== value) return;
    const { fingerprint } = this.#held;
    this.#held = undefined;
    this.#missingCause = 'rejected';
    this.#emit({ type: 'invalidated', ...this.#about(), fingerprint });
  }

  fail(kind: TokenFailureKind, keepsToken: boolean): void {
    if (!keepsToken && this.#held !== undefined) {
      this.#held = undefined;
      this.#missingCause = 'expired';
    }
    this.#failure = { kind, at: Date.now(), attempts: 0 };
  }

  recover(): void {
    const attempts = this.#failure?.attempts ?? 0;
    this.#failure = undefined;
    if (attempts > 0) this.#emit({ type: 'recovered', ...this.#about(), attempts });
  }

  status(): ContaSimplesTokenStatus {
    const held = this.#held !== undefined && Date.now() < this.#held.expiresAt ? this.#held : undefined;
    const failure = this.#failure;
    const failing = failure && { lastFailure: { kind: failure.kind, at: failure.at, message: WHAT } };
    const { obtainedAt, expiresAt, fingerprint } = held ?? {};
    return {
      account: this.name,
      state: held !== undefined ? (failing ? 'degraded' : 'valid') : failing ? 'cooling' : 'empty',
      generation: this.#generation,
      ...(held && { obtainedAt, expiresAt, fingerprint, nextRefreshAt: expiresAt }),
      ...(failing && { ...failing, retryAt: Date.now() + RETRY_AFTER_MS }),
    };
  }

  #failureError(failure: { kind: TokenFailureKind; attempts: number }): ContaSimplesAuthError {
    const attempts = ++failure.attempts;
    const retryAt = Date.now() + RETRY_AFTER_MS;
    const { kind } = failure;
    this.#emit({ type: 'refresh_failed', ...this.#about(), kind, message: WHAT, attempts, retryAt });
    const details = { kind, what: WHAT, account: this.name, environment: ENVIRONMENT, attempts, retryAt };
    return new ContaSimplesAuthError(details);
  }

  #about() {
    return { account: this.name, at: Date.now() };
  }
}
