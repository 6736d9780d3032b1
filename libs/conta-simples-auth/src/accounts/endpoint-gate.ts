import { FAILURE_KINDS } from '../model/failure-kinds.js';
import type { Clock } from '../support/clock.js';
import { afterFailure } from '../token/failure-policy.js';
import type { TokenFailure, TokenOutcome } from '../token/token-source.js';
import { RequestPlaces } from './request-places.js';

/** What the gate remembers of an account. */
export interface GateAccount {
  /** Whether its last request got no answer for so long that it was taken to hang. */
  hangs: boolean;
}

const HANGS_AGAIN: TokenFailure = {
  kind: 'timeout',
  what: 'The last token request got no answer, and too many such requests run for another to be sent',
};

/** What all accounts of a process share of the one token endpoint: its limits. */
export class EndpointGate {
  readonly #clock: Clock;
  readonly #places: RequestPlaces;
  #shut: { readonly failure: TokenFailure; readonly untilMonotonic: number } | undefined;
  #shutInARow = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#places = new RequestPlaces(clock);
  }

  /** Whether a request would be sent now, without waiting for another to end. */
  get hasRoom(): boolean {
    return this.#places.hasRoom(false);
  }

  hasRoomFor({ hangs }: GateAccount): boolean {
    return this.#places.hasRoom(hangs);
  }

  /** Calls `send` when there is room, unless the endpoint wants to be left alone: then that is the outcome. */
  pass(send: () => Promise<TokenOutcome>, signal: AbortSignal, account?: GateAccount): Promise<TokenOutcome>;
  /** `send` may find, once it has its place, that there is nothing to be asked. */
  pass(
    send: () => Promise<TokenOutcome | undefined>,
    signal: AbortSignal,
    account?: GateAccount,
  ): Promise<TokenOutcome | undefined>;
  async pass(
    send: () => Promise<TokenOutcome | undefined>,
    signal: AbortSignal,
    account: GateAccount = { hangs: false },
  ): Promise<TokenOutcome | undefined> {
    const isSuspect = account.hangs;
    const place =
      signal.aborted || this.#places.hasRoom(isSuspect)
        ? this.#places.take(isSuspect)
        : await this.#places.wait(isSuspect, signal);
    if (place === undefined) return { ok: false, failure: HANGS_AGAIN };
    let outcome: TokenOutcome | undefined;
    try {
      const shut = this.#shutFailure();
      if (shut !== undefined) return { ok: false, failure: shut };
      outcome = await send();
      if (outcome !== undefined && !signal.aborted) account.hangs = !isAnswered(outcome) && this.#places.hangs(place);
      return this.#note(outcome);
    } finally {
      this.#places.leave(place, outcome !== undefined && isAnswered(outcome));
    }
  }

  /** No further request is sent, whichever waits: the application ends. */
  close(): void {
    this.#places.close();
  }

  #shutFailure(): TokenFailure | undefined {
    if (this.#shut === undefined) return undefined;
    const { failure, untilMonotonic } = this.#shut;
    const leftMs = untilMonotonic - this.#clock.monotonic();
    if (leftMs > 0) return { ...failure, retryAfterMs: leftMs, coolsForMs: leftMs };
    this.#shut = undefined;
    return undefined;
  }

  #note(outcome: TokenOutcome | undefined): TokenOutcome | undefined {
    if (outcome === undefined || outcome.ok || FAILURE_KINDS[outcome.failure.kind].scope !== 'address') {
      if (outcome?.ok) this.#shutInARow = 0;
      return outcome;
    }
    const { failure } = outcome;
    // As long as the server asked, no more: each account adds jitter to the wait that it reads here, and the fleet's
    // record has one draw of it for all its processes. Neither is ever shorter than this.
    const input = { failure, attempts: ++this.#shutInARow, lastLifeMs: undefined, random: 0 };
    const { waitMs } = afterFailure(input);
    const untilMonotonic = this.#clock.monotonic() + waitMs;
    if (this.#shut === undefined || untilMonotonic > this.#shut.untilMonotonic)
      this.#shut = { failure, untilMonotonic };
    return { ok: false, failure: { ...failure, retryAfterMs: waitMs } };
  }
}

function isAnswered(outcome: TokenOutcome): boolean {
  return outcome.ok || outcome.failure.status !== undefined;
}
