import type { Clock } from '../support/clock.js';

/** How long this process waited for another one's token request, and what ended that. */
export interface LeaseWait {
  readonly durationMs: number;
  readonly outcome: 'token' | 'failure' | 'own_request';
}

const OUTCOMES = { take: 'token', leave: 'failure', fetch: 'own_request' } as const;

/** Measures from the first pause for another process's lease to the decision. */
export class LeaseWatch {
  readonly #clock: Clock;
  readonly #onWait: ((wait: LeaseWait) => void) | undefined;
  #since: number | undefined;

  constructor(clock: Clock, onWait: ((wait: LeaseWait) => void) | undefined) {
    this.#clock = clock;
    this.#onWait = onWait;
  }

  begin(): void {
    this.#since ??= this.#clock.monotonic();
  }

  end(decision: keyof typeof OUTCOMES): void {
    if (this.#since === undefined) return;
    this.#onWait?.({ durationMs: this.#clock.monotonic() - this.#since, outcome: OUTCOMES[decision] });
  }
}
