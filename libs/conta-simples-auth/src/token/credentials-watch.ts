import type { Instant } from './clock.js';
import type { TokenFailureKind } from './error-kind.js';
import type { TokenSource } from './token-source.js';
import type { Trouble } from './trouble.js';

/** The failures that another pair would mend. */
const ABOUT_CREDENTIALS: ReadonlySet<TokenFailureKind> = new Set(['credentials_rejected', 'forbidden']);
const CHECK_INTERVAL_MS = 5_000;

/**
 * Looks whether rejected credentials have been replaced, so that a rotation does not have to wait for the end of a
 * cool-down. Only when somebody asks, and not for every one who does: it may cost a query of a vault.
 */
export class CredentialsWatch {
  readonly #source: TokenSource;
  #lastCheck = Number.NEGATIVE_INFINITY;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** Whether there is a new pair to try. Never rejects. */
  async hasNewPair({ failure, at }: Trouble, { monotonic }: Instant): Promise<boolean> {
    if (!ABOUT_CREDENTIALS.has(failure.kind)) return false;
    // The source was asked when they were refused, so the first interval starts there.
    if (monotonic - Math.max(this.#lastCheck, at.monotonic) < CHECK_INTERVAL_MS) return false;
    this.#lastCheck = monotonic;
    try {
      return await this.#source.hasNewCredentials();
    } catch {
      return false;
    }
  }
}
